"""The pod templates, in the words of Argo and Kubernetes."""
