package scenario

import (
	"regexp"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// TryNamespace is the namespace in the commands of [Step.Kubectl]: nobody's pods
// are to be deleted by a line that was copied.
const TryNamespace = "try-hooks"

// FixtureFile is the name of the fixture's manifest in these commands.
const FixtureFile = "fixture.yaml"

// kubectl writes a command line for a POSIX shell.
func kubectl(args ...string) string {
	words := []string{"kubectl", "-n", TryNamespace}
	for _, a := range args {
		words = append(words, shellWord(a))
	}
	return strings.Join(words, " ")
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:=,@%+-]+$`)

// shellWord quotes a word of a command line where it needs it.
func shellWord(word string) string {
	if plainWord.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// podWords name pods to kubectl; none are all.
func podWords(pods []string) []string {
	if len(pods) == 0 {
		return []string{"pods", "--all"}
	}
	words := make([]string, 0, len(pods))
	for _, p := range pods {
		words = append(words, "pod/"+p)
	}
	return words
}

// kubectlCreate is empty for a part of the fixture: kubectl applies a file whole.
func kubectlCreate(names []string) string {
	if len(names) > 0 {
		return ""
	}
	return kubectl("apply", "-f", FixtureFile)
}

// kubectlDelete is empty where the request has preconditions, which kubectl does not
// know, or a negative grace period, which it takes for none.
func kubectlDelete(pods []string, o metav1.DeleteOptions) string {
	if o.Preconditions != nil || o.GracePeriodSeconds != nil && *o.GracePeriodSeconds < 0 {
		return ""
	}
	args := append([]string{"delete"}, podWords(pods)...)
	args = append(args, "--wait=false")
	if fields := describeDelete(o); fields["grace"] != "" {
		args = append(args, "--grace-period="+strings.TrimSuffix(fields["grace"], "s"))
		if fields["grace"] == "0s" {
			args = append(args, "--force") // without it kubectl asks for 1 s
		}
	}
	if len(o.DryRun) > 0 {
		args = append(args, "--dry-run=server")
	}
	return kubectl(args...)
}

// kubectlEvict evicts the named pods: kubectl has no verb for it, but for a whole
// node.
func kubectlEvict(pods []string, o metav1.DeleteOptions) string {
	if len(pods) == 0 || o.Preconditions != nil || len(o.DryRun) > 0 {
		return ""
	}
	options := ""
	if seconds := strings.TrimSuffix(describeDelete(o)["grace"], "s"); seconds != "" {
		options = `,"deleteOptions":{"gracePeriodSeconds":` + seconds + `}`
	}
	commands := make([]string, 0, len(pods))
	for _, p := range pods {
		commands = append(commands, "echo "+shellWord(`{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"`+p+`"}`+options+`}`)+
			" | kubectl create -f - --raw /api/v1/namespaces/"+TryNamespace+"/pods/"+p+"/eviction")
	}
	return strings.Join(commands, "; ")
}

// kubectlPatch changes a pod as Patch does.
func kubectlPatch(pod, subresource, patch string, more ...string) string {
	args := []string{"patch", "pod", pod}
	if subresource != "" {
		args = append(args, "--subresource="+subresource)
	}
	return kubectl(append(append(args, more...), "-p", patch)...)
}

// ByHand returns the lines of a shell by which a person does what the scenario
// does, and sees what it records, in a namespace of its own. What kubectl cannot do
// is a comment, in words. The fixture stands in FixtureFile.
func (s *Scenario) ByHand() []string {
	const hold = `{"metadata":{"finalizers":["` + Finalizer + `"]}}`
	each := func(patch string) string {
		return kubectl("get", "pods", "-o", "name") + " | xargs -n 1 " + kubectl("patch", "--type=merge", "-p", patch)
	}
	lines := []string{
		"kubectl create namespace " + TryNamespace,
		"# in two more terminals, to see each version and each Event:",
		kubectl("get", "pods", "--watch", "--output-watch-events", "-o", "yaml"),
		kubectl("get", "events", "--watch"),
	}
	held := false
	for _, step := range s.Steps {
		if step.Kubectl == "" {
			lines = append(lines, "# "+step.Text)
			continue
		}
		lines = append(lines, step.Kubectl)
		if !held && strings.Contains(step.Kubectl, " apply ") && !strings.Contains(step.Kubectl, "--dry-run") {
			held = true
			lines = append(lines, "# a finalizer keeps the objects, for what is read at the end:", each(hold))
		}
	}
	if held {
		lines = append(lines, "# when the containers have ended: exit codes, and the journals that the fixture's program wrote",
			kubectl("get", "pods", "-o", `jsonpath={range .items[*].status.containerStatuses[*]}{.name}: {.state.terminated.exitCode}{"\n"}{.state.terminated.message}{"\n"}{end}`),
			each(`{"metadata":{"finalizers":null}}`))
	}
	return append(lines, "kubectl delete namespace "+TryNamespace)
}
