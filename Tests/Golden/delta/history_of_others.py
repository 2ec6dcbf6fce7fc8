"""Prints the history that deltalake tells of a table, newest first, as JSON: python history_of_others.py TABLE"""
import json
import sys

from deltalake import DeltaTable

print(json.dumps(DeltaTable(sys.argv[1]).history(), default=str))
