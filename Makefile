# Short names for what operators do by hand or from cron. Everything else: npm run.
# Settings come from the environment; an .env.local beside this file is read first.

KENNEL = set -a; [ -f .env.local ] && . ./.env.local; set +a; npm run --silent kennel --

.PHONY: backfill backfill-new candles

## Fill the history of every enabled symbol; what is filled already is left alone. Stopped midway, it goes on next time.
backfill:
	@$(KENNEL) backfill --all --skip-existing

## Only what is newer than what is there: for cron.
backfill-new:
	@$(KENNEL) backfill --all --incremental

## Is the data fresh, whole and enough?
candles:
	@$(KENNEL) candles health
