"""The family `rights`: under which licences a subject is offered, what they grant, and what they ask."""
