package node

import (
	"testing"

	"github.com/hookcheck/hookcheck/framework/run/suitetest"
)

func TestSuite(t *testing.T) { suitetest.Run(t) }
