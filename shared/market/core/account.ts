/** What the exchange last said of the account and the pair, once for everyone who follows the journal. */
import type { Handler } from "../../actor/core/handlers.ts"
import type { EventOf } from "../../events/event.ts"

/** Each is null until the exchange has said it. */
export interface Account {
  /** The epoch in force; 0 before the first. */
  readonly epoch: number
  readonly constraints: EventOf<"ConstraintsObserved"> | null
  readonly fees: EventOf<"FeesObserved"> | null
  readonly balances: EventOf<"BalancesObserved"> | null
  readonly openOrders: EventOf<"OpenOrdersObserved"> | null
  /** Null from the start of a process that watches orders until it has compared its orders with the exchange's. */
  readonly reconciled: EventOf<"AccountReconciled"> | null
}

/** Before the exchange has said anything. */
export const NO_ACCOUNT: Account = {
  epoch: 0,
  constraints: null,
  fees: null,
  balances: null,
  openOrders: null,
  reconciled: null
}

type Heard =
  | "EpochRaised"
  | "ConstraintsObserved"
  | "FeesObserved"
  | "BalancesObserved"
  | "OpenOrdersObserved"
  | "AccountReconciled"

/** Keeps the newest of each in a state that holds an `Account` among other things. */
export const accountHandlers = <State extends Account>(): { readonly [T in Heard]: Handler<State, State, T> } => ({
  EpochRaised: (state, raised) => {
    const epoch = Math.max(state.epoch, raised.epoch)
    return raised.watchesOrders ? { ...state, epoch, reconciled: null } : { ...state, epoch }
  },
  ConstraintsObserved: (state, constraints) => ({ ...state, constraints }),
  FeesObserved: (state, fees) => ({ ...state, fees }),
  BalancesObserved: (state, balances) => ({ ...state, balances }),
  OpenOrdersObserved: (state, openOrders) => ({ ...state, openOrders }),
  AccountReconciled: (state, reconciled) => ({ ...state, reconciled })
})
