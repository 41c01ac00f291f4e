# Makes arima.txt: models of R's own series by forecast 8.20, and what they say, for tests/unit/test_arima.c to compare with.
#   Rscript tests/reference/arima.R > tests/reference/arima.txt
# A case is its name, then each a word, a count and so many values. `fitted` is as R has it: the value less its standardised
# error. Orders: p d q P D Q season constant. Slopes: the constant's first, then the regressors'. Rows: of the regressors, for the
# series and the forecasts.
suppressMessages(library(forecast))
stopifnot(packageVersion("forecast") == "8.20")
set.seed(20)

line <- function(word, values) {
	text <- ifelse(is.na(values), "NA", sprintf("%.17g", as.numeric(values)))
	writeLines(paste(word, length(values)))
	for (five in split(text, (seq_along(text) - 1) %/% 5))
		writeLines(paste(five, collapse = " "))
}

# R begins diffuse with a variance of 10^6 times the innovations', which is felt in the sixth digit; 10^8 comes nearer to what it
# stands for.
case <- function(name, y, order, seasonal = c(0, 0, 0), constant = FALSE, rows = NULL, horizon = 24) {
	m <- frequency(y)
	d <- order[2] + seasonal[2]
	known <- if (is.null(rows)) NULL else rows[seq_along(y), , drop = FALSE]
	fit <- do.call(Arima, list(y, order = order, seasonal = seasonal, include.mean = constant && d == 0,
		include.drift = constant && d == 1, xreg = known, method = "ML", kappa = 1e8,
		optim.control = list(reltol = 1e-12, maxit = 1000)))
	future <- if (is.null(rows)) NULL else rows[length(y) + seq_len(horizon), , drop = FALSE]
	told <- forecast(fit, h = horizon, xreg = future)
	arma <- sum(order[c(1, 3)], seasonal[c(1, 3)])
	coefficients <- coef(fit)[seq_len(arma)]
	slopes <- if (arma == 0) coef(fit) else coef(fit)[-seq_len(arma)]
	if (constant && "drift" %in% names(slopes)) slopes <- c(slopes["drift"], slopes[names(slopes) != "drift"])
	writeLines(paste("case", name))
	line("orders", c(order, seasonal, if (m > 1) m else 0, as.integer(constant)))
	line("values", y)
	line("rows", if (is.null(rows)) numeric(0) else as.numeric(t(rows)))
	line("coefficients", coefficients)
	line("slopes", slopes)
	line("fitted", fitted(fit))
	line("mean", told$mean)
	line("likelihood", c(fit$loglik, fit$aicc, fit$sigma2))
}

holes <- function(y, at) { y[at] <- NA; y }
dip <- function(n, at) { x <- matrix(0, n, 1, dimnames = list(NULL, "dip")); x[at, 1] <- 1; x }
waves <- function(n, m, k) {
	x <- do.call(cbind, lapply(1:k, function(i) cbind(cos(2 * pi * i * 1:n / m), sin(2 * pi * i * 1:n / m))))
	colnames(x) <- paste0("w", 1:(2 * k))
	x
}
single <- function(n, sd = 1, ...) ts(as.numeric(arima.sim(list(...), n, sd = sd)))

case("airline", log(AirPassengers), c(0, 1, 1), c(0, 1, 1))
case("air_drift", log(AirPassengers), c(2, 0, 0), c(0, 1, 1), TRUE)
case("accidents", USAccDeaths, c(1, 1, 1), c(0, 1, 1))
case("accidents_gaps", holes(USAccDeaths, c(5, 20:23, 40, 60)), c(0, 1, 1), c(0, 1, 1))
case("nottem", nottem, c(1, 0, 2), c(1, 1, 1))
case("nottem_mean", nottem, c(1, 0, 0), c(2, 0, 0), TRUE)
case("lh", lh, c(3, 0, 0), constant = TRUE)
case("lh_gaps", holes(lh, c(1, 9, 10, 30)), c(1, 0, 1), constant = TRUE)
case("huron", LakeHuron, c(2, 0, 1), constant = TRUE, rows = matrix(1:(98 + 24) - 50, dimnames = list(NULL, "year")))
case("usage", WWWusage, c(3, 1, 0))
case("usage_drift", WWWusage, c(1, 1, 1), constant = TRUE)
case("usage_gaps", holes(WWWusage, c(2, 3, 50:55, 99)), c(1, 1, 1))
case("usage_twice", WWWusage, c(1, 2, 1))
case("nile_dip", Nile, c(1, 0, 1), constant = TRUE, rows = dip(124, 43))
case("seatbelts", log(Seatbelts[, "drivers"]) |> ts(frequency = 12), c(1, 0, 1), c(0, 1, 1), constant = TRUE,
	rows = dip(216, 170:216))
case("waves_gaps", holes(ldeaths, c(12, 13, 50)), c(1, 0, 0), constant = TRUE, rows = waves(96, 12, 2))
case("gas_quarters", window(UKgas, 1970), c(0, 1, 1), c(1, 1, 0))
case("mixed", single(300, ar = c(0.6, 0.2), ma = c(0.5, -0.3)), c(2, 0, 2), constant = TRUE)
case("noise", single(60), c(0, 0, 0), constant = TRUE)
case("walk", ts(cumsum(rnorm(80))), c(0, 1, 0), constant = TRUE)
