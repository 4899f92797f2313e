// Package demos has the examples that tutorials and the documentation show,
// applied as their readers would apply them: plain manifests with nginx, looked
// at with the means of kubectl. Each is judged by the requirement that it is
// meant to demonstrate.
package demos
