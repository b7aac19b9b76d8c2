"""How the number of contacts in an hour or a day is distributed."""

from typing import Any

from sim.theory.checks import number


def poisson_counts(mean: float, factor_cv: float = 0.0) -> Any:  # noqa: ANN401 - scipy's frozen distribution has no public type
    """Give the distribution of a Poisson count whose mean is itself multiplied by a gamma factor.

    With a factor of mean 1 and coefficient of variation `factor_cv` (busy days and quiet ones) the
    count is negative binomial, variance mean + (mean x cv)^2. Source: Greenwood and Yule (1920),
    Journal of the Royal Statistical Society 83(2). Bursts of calls about one incident would come
    on top.

    Parameters
    ----------
    mean
        Expected number of contacts.
    factor_cv
        Standard deviation of the factor; 0 is plain Poisson.

    Returns
    -------
    rv_frozen
        From `scipy.stats`: `.mean()`, `.var()`, `.pmf(k)`, `.cdf(k)`, `.ppf(share)`.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Examples
    --------
    A day factor that varies by 10% turns 400 calls a day from 400 +- 20 into 400 +- 45.

    >>> [round(float(poisson_counts(400, cv).std()), 1) for cv in (0.0, 0.1)]
    [20.0, 44.7]
    """
    from scipy.stats import nbinom, poisson  # noqa: PLC0415 - loads slowly, and few need it

    mean = number("mean", mean)
    factor_cv = number("factor_cv", factor_cv)
    if factor_cv == 0 or mean == 0:
        return poisson(mean)
    shape = 1 / factor_cv**2
    return nbinom(shape, shape / (shape + mean))
