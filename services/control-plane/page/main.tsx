/** Where the page begins. */
import { render } from "preact"
import { Shell } from "./app/shell.tsx"
import { keepChoices } from "./app/state.ts"
import { listen } from "./app/stream.ts"

keepChoices()
listen()
render(<Shell />, document.getElementById("app") as HTMLElement)
