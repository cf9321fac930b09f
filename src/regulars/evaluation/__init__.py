"""How good a forecast was: arrays in, numbers out. Nothing here knows a model.

``classification``  will the customer buy at all in the horizon: AUC, Brier, calibration, lift
``survival``        when will the customer be back: CRPS, C-index, coverage, error in days
``pit``             is a forecast of the day as sure as it should be: histogram of the integral transform
``ranking``         what will be bought: recall, NDCG and hit rate of lists, repeat and new items apart
``presorted``       AUC and others of its kind, prepared once for many resamples
``intervals``       how sure the difference of two candidates is: paired bootstrap over customers
``plots``           the same numbers as figures; the only module that imports matplotlib
"""
