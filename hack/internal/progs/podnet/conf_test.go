package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestConflistIsJSON(t *testing.T) {
	if text := conflist("10.244.3.0/24"); !json.Valid([]byte(text)) || !strings.Contains(text, `"subnet": "10.244.3.0/24"`) {
		t.Error(text)
	}
}

func TestPodSubnet(t *testing.T) {
	for name, tc := range map[string]struct{ text, want, err string }{
		"kind":         {"networking:\n  podSubnet: \"10.244.0.0/16\"\n  serviceSubnet: \"10.96.0.0/16\"\n", "10.244.0.0/16", ""},
		"not quoted":   {"networking:\n  podSubnet: 10.1.0.0/16\n", "10.1.0.0/16", ""},
		"two families": {"  podSubnet: fd00::/56,10.244.0.0/16\n", "10.244.0.0/16", ""},
		"only IPv6":    {"  podSubnet: fd00::/56\n", "", "no IPv4 range"},
		"none":         {"networking: {}\n", "", "no podSubnet"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := podSubnet(tc.text)
			if got != tc.want || (tc.err != "") != (err != nil) || err != nil && !strings.Contains(err.Error(), tc.err) {
				t.Errorf("podSubnet = %q, %v; want %q, %q", got, err, tc.want, tc.err)
			}
		})
	}
}

func TestParseAccess(t *testing.T) {
	const inFile = `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: Y2E=
    server: https://a:6443
  name: kind
users:
- name: default-auth
  user:
    client-certificate: /var/lib/kubelet/pki/kubelet-client-current.pem
    client-key: /var/lib/kubelet/pki/kubelet-client-current.pem
`
	a, err := parseAccess(inFile)
	if err != nil || a.server != "https://a:6443" || string(a.ca) != "ca" || a.certFile != "/var/lib/kubelet/pki/kubelet-client-current.pem" {
		t.Errorf("certificate in a file: %+v, %v", a, err)
	}
	embedded := strings.NewReplacer("client-certificate: /var/lib/kubelet/pki/kubelet-client-current.pem", "client-certificate-data: Yw==",
		"client-key: /var/lib/kubelet/pki/kubelet-client-current.pem", "client-key-data: aw==").Replace(inFile)
	a, err = parseAccess(embedded)
	if err != nil || string(a.cert) != "c" || string(a.key) != "k" || a.certFile != "" {
		t.Errorf("certificate embedded: %+v, %v", a, err)
	}
	for _, bad := range []string{"", "server: https://a", strings.Replace(inFile, "Y2E=", "!", 1)} {
		if a, err := parseAccess(bad); err == nil {
			t.Errorf("parseAccess(%q) = %+v, want an error", bad, a)
		}
	}
}

func TestFetchPodCIDR(t *testing.T) {
	for name, tc := range map[string]struct {
		status     int
		body, want string
		err        string
	}{
		"given":     {200, `{"spec":{"podCIDR":"10.244.1.0/24","podCIDRs":["10.244.1.0/24"]}}`, "10.244.1.0/24", ""},
		"not yet":   {200, `{"spec":{}}`, "", "no range"},
		"forbidden": {403, `{}`, "", "403 Forbidden for node n"},
		"not JSON":  {200, `<`, "", "read node n"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/api/v1/nodes/n" {
					t.Errorf("asked for %s", r.URL.Path)
				}
				w.WriteHeader(tc.status)
				_, _ = w.Write([]byte(tc.body))
			}))
			defer server.Close()
			got, err := fetchPodCIDR(t.Context(), server.Client(), server.URL, "n")
			if got != tc.want || (tc.err != "") != (err != nil) || err != nil && !strings.Contains(err.Error(), tc.err) {
				t.Errorf("fetchPodCIDR = %q, %v; want %q, %q", got, err, tc.want, tc.err)
			}
		})
	}
}

func FuzzParseAccess(f *testing.F) {
	f.Add("server: https://a\ncertificate-authority-data: Y2E=\nclient-certificate: /f\n")
	f.Fuzz(func(t *testing.T, text string) {
		if a, err := parseAccess(text); err == nil && a.server == "" {
			t.Errorf("parseAccess(%q) has no server and no error", text)
		}
	})
}
