package suggest

import "testing"

func TestNearest(t *testing.T) {
	known := []string{"core", "extended", "kind-hookcheck", "nginx"}
	for name, want := range map[string]string{
		"cor": "core", "CORE": "core", "ngnix": "nginx", "kind-hokcheck": "kind-hookcheck", "zzzz": "", "": "", "x": "",
	} {
		if got := Nearest(name, known); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", name, got, want)
		}
	}
}
