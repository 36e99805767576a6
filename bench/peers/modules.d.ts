/** As much of the peers as is used: they are installed on demand (`npm ci --prefix bench/peers`), and types must be there without them. */

declare module "@event-driven-io/emmett" {
  interface PeerEvent {
    readonly type: string
    readonly data: Readonly<Record<string, unknown>>
  }
  interface PeerStore {
    appendToStream(stream: string, events: ReadonlyArray<PeerEvent>): Promise<unknown>
    aggregateStream<State>(
      stream: string,
      options: { readonly initialState: () => State; readonly evolve: (state: State, event: PeerEvent) => State }
    ): Promise<{ readonly state: State }>
  }
  export const getInMemoryEventStore: () => PeerStore
}

declare module "xstate" {
  interface PeerActor<Context, Event> {
    start(): PeerActor<Context, Event>
    send(event: Event): void
    getSnapshot(): { readonly context: Context }
  }
  export const fromTransition: <Context, Event>(
    transition: (context: Context, event: Event) => Context,
    initial: Context
  ) => { readonly context?: Context; readonly event?: Event }
  export const createActor: <Context, Event>(logic: {
    readonly context?: Context
    readonly event?: Event
  }) => PeerActor<Context, Event>
}
