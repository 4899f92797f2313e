package scenario

import "testing"

func TestPodIPOf(t *testing.T) {
	for _, test := range []struct{ value, ip, name, want string }{
		{"podIP(receiver)", "10.0.0.1", "receiver", "10.0.0.1"},
		{"podIP(receiver)", "fd00::1", "receiver", "fd00::1"},
		{"podIPv6(receiver)", "10.0.0.1", "receiver", "::ffff:10.0.0.1"},
		{"podIPv6(receiver)", "fd00::1", "receiver", "fd00::1"},
		{"podIP(receiver", "", "", ""},
		{"a podIP(receiver)", "", "", ""},
		{"receiver", "", "", ""},
	} {
		name, form := podIPOf(test.value)
		if name != test.name {
			t.Errorf("%s: pod %q, want %q", test.value, name, test.name)
		}
		if name != "" && form(test.ip) != test.want {
			t.Errorf("%s of %s: %s, want %s", test.value, test.ip, form(test.ip), test.want)
		}
	}
}
