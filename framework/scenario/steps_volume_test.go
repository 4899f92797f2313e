package scenario

import (
	"slices"
	"testing"
)

func TestInstances(t *testing.T) {
	first := "1.000001 1 start v=1*00\n1.000002 9 hook-begin name=postStart*00\n1.000003 1 signal name=SIGTERM*00\n"
	second := "2.000001 1 start v=1*00\n"
	for text, want := range map[string][]string{
		first + second: {first, second},
		first:          {first},
		"":             {""},
	} {
		if got := instances(text); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
