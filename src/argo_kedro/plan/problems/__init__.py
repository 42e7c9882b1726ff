"""What is wrong with argo.yml, the code's notes, and what they name: things that only planning sees."""
