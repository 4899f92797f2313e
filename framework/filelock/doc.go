// Package filelock keeps two processes of this machine from one file. A lock ends
// with its file or its process, a killed one included, so none is ever left.
//
// Locks are advisory: they hold off only who asks. What other machines do with a
// file on a shared disk they need not see.
package filelock
