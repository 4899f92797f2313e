// Package endpoints has the scenarios about Services: what their endpoints say
// of a pod while its hooks run, and where connections go.
package endpoints
