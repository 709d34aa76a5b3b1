"""Tests of the handler, without boto3 and without a network.

python3 -m unittest discover -s lambda/tests -t lambda
"""
