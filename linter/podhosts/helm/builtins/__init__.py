"""The functions of Helm and Sprig, one module for each family."""
