/** Every benchmark by its name on the command line, in the order in which `--all` runs them. */
import { backtestBench } from "./backtest/backtest.bench.ts"
import { candlesBench } from "./candles/candles.bench.ts"
import { storedCandlesBench } from "./candles/storedCandles.bench.ts"
import { besideBench } from "./context/beside.bench.ts"
import { contextBench } from "./context/context.bench.ts"
import { scanBench } from "./context/scan.bench.ts"
import { hmmBench } from "./hmm/hmm.bench.ts"
import { hmmRetrainBench } from "./hmm/hmmRetrain.bench.ts"
import { hmmStartsBench } from "./hmm/hmmStarts.bench.ts"
import { hotPathBench } from "./hotPath.bench.ts"
import { journalBench } from "./journal.bench.ts"
import { longLifeBench } from "./longLife/longLife.bench.ts"
import { manySlotsBench } from "./longLife/manySlots.bench.ts"
import { pastBench } from "./longLife/past.bench.ts"
import { memoryBench } from "./memory/memory.bench.ts"
import { moneyBench } from "./money.bench.ts"
import { commandLineBench } from "./opening/commandLine.bench.ts"
import { openingBench } from "./opening/opening.bench.ts"
import { framesBench } from "./pages/frames.bench.ts"
import { httpBench } from "./pages/http.bench.ts"
import { pagesBench } from "./pages/pages.bench.ts"
import { peersBench } from "./peers/peers.bench.ts"
import { recoveryBench } from "./recovery/recovery.bench.ts"
import { resumeBench } from "./recovery/resume.bench.ts"
import { packedBench } from "./replay/packed.bench.ts"
import { replayBench } from "./replay/replay.bench.ts"
import type { BenchResult, BenchSize } from "./result.ts"
import { signingBench } from "./signing/signing.bench.ts"
import { slotFoldBench } from "./slotFold.bench.ts"
import { storeBench } from "./store.bench.ts"

/** What is measured. */
export const BENCHES: Readonly<Record<string, (size: BenchSize) => Promise<ReadonlyArray<BenchResult>>>> = {
  slotFold: slotFoldBench,
  backtest: backtestBench,
  money: moneyBench,
  journal: journalBench,
  replay: replayBench,
  packed: packedBench,
  peers: peersBench,
  opening: openingBench,
  commandLine: commandLineBench,
  recovery: recoveryBench,
  resume: resumeBench,
  longLife: longLifeBench,
  manySlots: manySlotsBench,
  past: pastBench,
  memory: memoryBench,
  hotPath: hotPathBench,
  hmm: hmmBench,
  hmmRetrain: hmmRetrainBench,
  hmmStarts: hmmStartsBench,
  candles: candlesBench,
  storedCandles: storedCandlesBench,
  context: contextBench,
  contextScan: scanBench,
  contextBeside: besideBench,
  signing: signingBench,
  http: httpBench,
  pages: pagesBench,
  frames: framesBench,
  store: storeBench
}
