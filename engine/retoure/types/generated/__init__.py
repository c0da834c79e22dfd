"""Functions generated from types, which lift and lower what is as usual; the references know what is wrong."""
