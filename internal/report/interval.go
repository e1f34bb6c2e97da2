package report

import "math"

// z95 is the quantile of the normal distribution for intervals of 95 %.
const z95 = 1.959963984540054

// interval is Wilson's 95 % interval of a share of n in of, with four decimals; nil of nothing.
func interval(n, of int64) (low, high any) {
	if of == 0 {
		return nil, nil
	}
	p, m := float64(n)/float64(of), float64(of)
	mid := p + z95*z95/(2*m)
	half := z95 * math.Sqrt(p*(1-p)/m+z95*z95/(4*m*m))
	div := 1 + z95*z95/m
	return round(max(0, (mid-half)/div), 4), round(min(1, (mid+half)/div), 4)
}

// countInterval is Byar's approximation of the 95 % interval of a count that is taken to be Poisson.
func countInterval(n int64) (low, high float64) {
	x := float64(n)
	if n > 0 {
		low = x * math.Pow(1-1/(9*x)-z95/(3*math.Sqrt(x)), 3)
	}
	y := x + 1
	return low, y * math.Pow(1-1/(9*y)+z95/(3*math.Sqrt(y)), 3)
}
