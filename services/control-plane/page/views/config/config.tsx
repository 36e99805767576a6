/** Every setting in force, what it would be by itself, and what has set it; how the chat is that some of them are about. */
import { useSignal } from "@preact/signals"
import { report } from "../../app/state.ts"
import { useApi } from "../../kit/api.ts"
import { At, Card, Empty, Table, Term } from "../../kit/parts.tsx"
import type { Config as ConfigPayload, Setting } from "../../kit/payloads.ts"
import { chatStands, quietText } from "./chatModel.ts"
import { groupsOf, isChanged } from "./configModel.ts"

const valueOf = ({ value, secret }: Setting): string => (secret ? "secret, not shown" : (value ?? "–"))

const Row = ({ setting }: { readonly setting: Setting }) => (
  <tr class={isChanged(setting) ? "changed" : ""}>
    <th scope="row">
      <code>{setting.name}</code>
      <em>{setting.about}</em>
    </th>
    <td class="n value">
      {valueOf(setting)} <small>{setting.unit}</small>
    </td>
    <td class="n value quiet">{setting.default}</td>
    <td>{setting.source === "default" ? "default" : `environment, ${setting.set_by ?? setting.name}`}</td>
    <td class="why">{setting.accepted}</td>
  </tr>
)

/** How the chat is now; nothing of the past, which does not know it. */
const ChatCard = () => {
  const chat = report.value?.telegram ?? null
  if (chat === null) return null
  const { text, tone } = chatStands(chat)
  return (
    <Card title="Telegram, now">
      <p class={tone}>{text}</p>
      {chat.enabled ? (
        <dl class="rows">
          <Term name="Listens since">
            <At sec={chat.polls_since} day />
          </Term>
          <Term name="Telegram answered last">
            <At sec={chat.last_answer_at} day />
          </Term>
          <Term name="Somebody wrote last">
            <At sec={chat.last_update_at} day />
          </Term>
          <Term name="Last error" class={chat.last_error === null ? "" : "why"}>
            {chat.last_error === null ? (
              "none"
            ) : (
              <>
                <At sec={chat.last_error.at} day /> {chat.last_error.text}
              </>
            )}
          </Term>
          <Term name="Who has the lease" class="why">
            {chat.lease_holder === null ? "nobody" : `${chat.polls ? "this process" : "another"}, ${chat.lease_holder}`}
          </Term>
          <Term name="Quiet hours" class="why">
            {quietText(chat)}
          </Term>
        </dl>
      ) : null}
    </Card>
  )
}

/** All settings. */
export const Config = () => {
  const search = useSignal("")
  const changedOnly = useSignal(false)
  const { data, problem } = useApi<ConfigPayload>("/api/config")
  const groups = groupsOf(data?.settings ?? [], search.value, changedOnly.value)
  return (
    <>
      <form class="filter" onSubmit={(event) => event.preventDefault()} aria-label="Find a setting">
        <label>
          find
          <input type="search" value={search.value} onInput={(event) => (search.value = event.currentTarget.value)} />
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={changedOnly.value}
            onChange={(event) => (changedOnly.value = event.currentTarget.checked)}
          />
          only those that are set
        </label>
      </form>
      {problem === null ? null : <Empty>{problem}</Empty>}
      {data !== null && groups.length === 0 ? <Empty>No setting has these words.</Empty> : null}
      <ChatCard />
      {groups.map(({ group, settings }) => (
        <Card key={group} title={group}>
          <Table label={group} columns={["setting", "in force", "default", "set by", "accepted"]}>
            {settings.map((setting) => (
              <Row key={setting.name} setting={setting} />
            ))}
          </Table>
        </Card>
      ))}
    </>
  )
}
