module gitops-lab.test/schema-generator/merge

go 1.24.0
