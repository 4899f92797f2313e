package scenario

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/hookcheck/hookcheck/framework/history"
)

// podIP begins a value of a manifest that stands for the IP of another pod of
// the scenario, which must have one by then: `podIP(receiver)`. A hook's
// httpGet.host takes no name that the node could resolve.
const podIP = "podIP("

// podIPv6 is the same as an IPv6 address: an IPv4 address in the form ::ffff:a.b.c.d
// (RFC 4291, section 2.5.5.2), which is dialled as the IPv4 address that it is.
const podIPv6 = "podIPv6("

// serviceIP begins a value that stands for the cluster IP of a Service of the
// scenario, which must have been created by then: `serviceIP(web)`.
const serviceIP = "serviceIP("

// resolve returns a copy of an object in which stands what a manifest cannot know:
// the IPs of pods and Services. Where one is not known yet, the error names whose,
// and the object is the one given.
func (x *Execution) resolve(o *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	var unknown []string
	replaced := replace(o.Object, func(s string) string {
		if name, ok := argument(s, serviceIP); ok {
			if x.serviceIPs[name] == "" {
				unknown = append(unknown, "Service "+name)
			}
			return x.serviceIPs[name]
		}
		name, form := podIPOf(s)
		if name == "" {
			return s
		}
		ip := ""
		x.Recording.Read(func(h *history.History) {
			if p := h.Pod(name); p != nil {
				ip = p.Status.PodIP
			}
		})
		if ip == "" {
			unknown = append(unknown, "pod "+name)
		}
		return form(ip)
	})
	if len(unknown) > 0 {
		return o, fmt.Errorf("%s, whose IP it names, has none yet", strings.Join(unknown, ", "))
	}
	return &unstructured.Unstructured{Object: replaced.(map[string]any)}, nil
}

// podIPOf returns the pod whose IP a value stands for, and the form that it is
// to have; no name where the value stands for itself.
func podIPOf(value string) (name string, form func(ip string) string) {
	form = func(ip string) string { return ip }
	name, ok := argument(value, podIP)
	if !ok {
		name, ok = argument(value, podIPv6)
		form = func(ip string) string {
			if strings.Contains(ip, ":") {
				return ip
			}
			return "::ffff:" + ip
		}
	}
	if !ok {
		return "", nil
	}
	return name, form
}

// argument returns the x of a value fn(x); call is "fn(".
func argument(value, call string) (string, bool) {
	rest, ok := strings.CutPrefix(value, call)
	name, closed := strings.CutSuffix(rest, ")")
	return name, ok && closed
}

// replace returns a copy of a JSON value with every string passed through by.
func replace(value any, by func(string) string) any {
	switch v := value.(type) {
	case string:
		return by(v)
	case map[string]any:
		m := make(map[string]any, len(v))
		for key, item := range v {
			m[key] = replace(item, by)
		}
		return m
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = replace(item, by)
		}
		return list
	default:
		return value
	}
}
