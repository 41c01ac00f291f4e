# Makes arima_auto.txt: what R's auto.arima (forecast 8.20, its defaults) chooses for R's own and simulated series, for
# tests/unit/test_arima_choose.c to compare with.
#   Rscript tests/reference/arima_auto.R > tests/reference/arima_auto.txt
# A case is its name, then each a word, a count and so many values. Orders: p d q P D Q season constant.
suppressMessages(library(forecast))
stopifnot(packageVersion("forecast") == "8.20")
set.seed(7)

line <- function(word, values) {
	text <- ifelse(is.na(values), "NA", sprintf("%.17g", as.numeric(values)))
	writeLines(paste(word, length(values)))
	for (five in split(text, (seq_along(text) - 1) %/% 5))
		writeLines(paste(five, collapse = " "))
}

case <- function(name, y) {
	fit <- auto.arima(y)
	o <- fit$arma
	constant <- any(c("intercept", "drift") %in% names(coef(fit)))
	writeLines(paste("case", name))
	line("values", y)
	line("orders", c(o[1], o[6], o[2], o[3], o[7], o[4], if (frequency(y) > 1) frequency(y) else 0, as.integer(constant)))
	line("likelihood", c(fit$loglik, fit$aicc))
}

simulated <- function(n, ...) ts(as.numeric(arima.sim(list(...), n)))
series <- list(air = AirPassengers, air_log = log(AirPassengers), accidents = USAccDeaths, nottem = nottem, lh = lh,
	huron = LakeHuron, usage = WWWusage, nile = Nile, lung = ldeaths, lung_men = mdeaths, lung_women = fdeaths, co2 = co2,
	gas_log = log(UKgas), earnings_log = log(JohnsonJohnson), lynx_log = log(lynx), newhaven = nhtemp, people = uspop,
	sales = BJsales, drivers_log = log(UKDriverDeaths), sunspots_root = sqrt(sunspot.year), trees = window(treering, 1500),
	presidents = na.interp(presidents), residents = austres, discoveries = discoveries, airmiles_log = log(airmiles),
	ar = simulated(200, ar = c(0.5, 0.3)), ma = simulated(200, ma = c(0.5, 0.3)), arma = simulated(300, ar = 0.7, ma = -0.4),
	walk = ts(cumsum(rnorm(150))), noise = ts(rnorm(100)))
for (name in names(series))
	case(name, series[[name]])
