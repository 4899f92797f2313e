// Package suites names every suite, so that who imports it has them all.
package suites

import (
	// The suites register their scenarios when they are initialised.
	_ "github.com/hookcheck/hookcheck/suites/admission"
	_ "github.com/hookcheck/hookcheck/suites/deletion"
	_ "github.com/hookcheck/hookcheck/suites/delivery"
	_ "github.com/hookcheck/hookcheck/suites/demos"
	_ "github.com/hookcheck/hookcheck/suites/endpoints"
	_ "github.com/hookcheck/hookcheck/suites/environment"
	_ "github.com/hookcheck/hookcheck/suites/events"
	_ "github.com/hookcheck/hookcheck/suites/eviction"
	_ "github.com/hookcheck/hookcheck/suites/exec"
	_ "github.com/hookcheck/hookcheck/suites/grace"
	_ "github.com/hookcheck/hookcheck/suites/handlers"
	_ "github.com/hookcheck/hookcheck/suites/http"
	_ "github.com/hookcheck/hookcheck/suites/initcontainers"
	_ "github.com/hookcheck/hookcheck/suites/metrics"
	_ "github.com/hookcheck/hookcheck/suites/node"
	_ "github.com/hookcheck/hookcheck/suites/poststart"
	_ "github.com/hookcheck/hookcheck/suites/prestop"
	_ "github.com/hookcheck/hookcheck/suites/probes"
	_ "github.com/hookcheck/hookcheck/suites/restarts"
	_ "github.com/hookcheck/hookcheck/suites/sidecars"
	_ "github.com/hookcheck/hookcheck/suites/signals"
	_ "github.com/hookcheck/hookcheck/suites/status"
)
