module podhosts.test/templates

go 1.24
