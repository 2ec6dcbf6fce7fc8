"""Prints the history that deltalake tells of a table, newest first, as JSON: python history_of_others.py TABLE"""
import json
import os
import sys

from deltalake import DeltaTable

print(json.dumps(DeltaTable(sys.argv[1]).history(), default=str))
sys.stdout.flush()
# The threads of deltalake 1.2.1 may abort a process that ends as usual.
os._exit(0)
