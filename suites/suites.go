// Package suites names every suite, so that who imports it has them all.
package suites

import (
	// The suites register their scenarios when they are initialised.
	_ "github.com/hookcheck/hookcheck/suites/demos"
	_ "github.com/hookcheck/hookcheck/suites/grace"
	_ "github.com/hookcheck/hookcheck/suites/handlers"
	_ "github.com/hookcheck/hookcheck/suites/node"
	_ "github.com/hookcheck/hookcheck/suites/poststart"
	_ "github.com/hookcheck/hookcheck/suites/prestop"
)
