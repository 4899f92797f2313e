package xdg

import (
	"strings"
	"testing"
)

func TestDirectories(t *testing.T) {
	for name, tc := range map[string]struct {
		env  map[string]string
		want string // of CacheDir; empty: an error
		text string // what the error must mention
	}{
		"variable":             {map[string]string{"XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/x/hookcheck", ""},
		"default":              {map[string]string{"XDG_CACHE_HOME": "", "HOME": "/h"}, "/h/.cache/hookcheck", ""},
		"relative is ignored":  {map[string]string{"XDG_CACHE_HOME": "x", "HOME": "/h"}, "/h/.cache/hookcheck", ""},
		"neither says the way": {map[string]string{"XDG_CACHE_HOME": "", "HOME": ""}, "", "set XDG_CACHE_HOME"},
	} {
		t.Run(name, func(t *testing.T) {
			for k, v := range tc.env {
				t.Setenv(k, v)
			}
			got, err := CacheDir()
			if got != tc.want {
				t.Errorf("CacheDir() = %q, want %q", got, tc.want)
			}
			if tc.want == "" && (err == nil || !strings.Contains(err.Error(), tc.text)) {
				t.Errorf("error %v does not mention %q", err, tc.text)
			}
		})
	}
}
