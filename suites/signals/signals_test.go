package signals

import (
	"testing"
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	. "github.com/hookcheck/hookcheck/framework/scenario/scenariotest"
)

func TestChecks(t *testing.T) {
	Run(t, "signals", Bad{
		"signal.image-stopsignal": {
			Set(Log().In("nginx"), "text", "signal 15 (SIGTERM) received, exiting"),
			Set(Signal("SIGTERM").In("agent"), "name", "SIGQUIT"),
		},
		"signal.pid1-only": {
			Copy("the hook got it too", Signal("SIGTERM").In("agent"), func(e *Event) {
				e.Fields = map[string]string{"name": "SIGTERM", "hook": PreStop}
			}),
			Shift(Signal("SIGTERM").In("agent"), 5*time.Second),
		},
		"signal.spec-wins": {
			Set(Signal("SIGUSR1").In("app"), "name", "SIGTERM"),
			Copy("SIGTERM too", Signal("SIGUSR1").In("app"), func(e *Event) { e.Fields = map[string]string{"name": "SIGTERM"} }),
		},
		"signal.after-prestop": {
			Shift(Signal("SIGUSR1").In("app"), -10*time.Second),
			Shift(LastBeat().In("deaf"), -4*time.Second),
		},
	})
}
