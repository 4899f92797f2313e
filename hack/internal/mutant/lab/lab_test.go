package lab

import (
	"strings"
	"testing"
)

func TestSwitchText(t *testing.T) {
	for _, tc := range []struct {
		on   map[string]string
		want string
		err  string
	}{
		{nil, "", ""},
		{map[string]string{"P03": "*", "K01": "hookcheck-m-k01"}, "K01 hookcheck-m-k01\nP03 *\n", ""},
		{map[string]string{"K01": ""}, "", `mutant "K01" cannot be turned on for namespaces that begin with ""`},
		{map[string]string{"K01": "a b"}, "", "cannot be turned on"},
		{map[string]string{"K01 *\nK02": "*"}, "", "cannot be turned on"},
	} {
		got, err := switchText(tc.on)
		if got != tc.want || (tc.err == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), tc.err) {
			t.Errorf("%v: %q, %v", tc.on, got, err)
		}
	}
}

func TestLock(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	unlock, err := lock("a")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lock("a"); err == nil || err.Error() != "cluster a is at work for another process: wait until that has ended" {
		t.Errorf("error %v", err)
	}
	other, err := lock("b")
	if err != nil {
		t.Fatal(err)
	}
	other()
	unlock()
	if unlock, err = lock("a"); err != nil {
		t.Fatal(err)
	}
	unlock()
}
