"""The query language: one for ``mvtui ls QUERY``, the screen's ``/`` filter and ``Store.query``.

    query     = all { "OR" all }
    all       = term { term }
    term      = [ "-" ] ( "(" query ")" | text | condition ) | "sort:" keys | "limit:" number
    text      = word | '"' words '"'
    condition = field ":" value { "," value }
              | field operator value
              | ( "tag" | "param" | "metric" ) ( "." | ":" ) name operator value
              | name operator value

White space separates terms, and all of them must hold. ``-`` in front turns one round. Operators are
``: = != < <= > >=``; ``:`` and ``=`` mean the same. In a value a comma means *or*, ``*`` stands for any text,
and double quotes take white space, commas, parentheses and ``*`` as they are. Upper and lower case are one,
except in names of metrics, parameters and tags.

A name without a field is that of a metric or parameter, where some version has one of it: ``accuracy>0.9``. One that both
have is refused, a field of that name comes first, and what is in quotes is text.

A text must be somewhere in what describes a version (``text.describe`` says where), or resemble a name: the model's
or an alias (``text.resembles``). A bare word that is exactly a model's name, or a reference, means just that.

``!=``, ``<``… need a value to compare with: ``metric.f1<0.8`` leaves out versions without f1, ``-metric.f1>=0.8``
lets them through. NaN is not equal to, above or below anything; ``metric.f1=nan`` asks for it. ``author:me`` is who asks.

``fields`` lists the fields, ``syntax`` reads, ``conditions`` and ``finder`` look, ``ordering`` sorts, ``completing``
completes, ``meaning`` knows what may be meant by what is no field.
"""
