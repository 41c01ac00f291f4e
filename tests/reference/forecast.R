# Makes the reference values of exponential smoothing and theta: Rscript forecast.R > forecast.csv
# R 4.2.2 with forecast 8.20. The series are R's own (package datasets: public figures) and some drawn here.
#
# Lines, each a word and what follows it:
#   series NAME PERIOD N, y VALUES
#   ets FORM MINUS2 AICC SIGMA2, weights ALPHA BETA GAMMA PHI (nan: none), states LEVEL TREND SEASON of the first steps …
#   fitted VALUES, ahead VALUES: of the ets or theta before
#   best FORM AICC: of the automatic choice
#   theta SEASONAL ALPHA LEVEL DRIFT SIGMA2, upper80 VALUES
suppressPackageStartupMessages(library(forecast))
set.seed(20)
quarters <- ts(pmax(5, 100 + 0.8 * (1:60) + c(20, -10, 5, -15) + arima.sim(list(ar = 0.6), 60, sd = 6)), frequency = 4)
weeks <- ts((200 + 0.5 * (1:140)) * c(1.2, 1.1, 1, 1.05, 1.1, 0.8, 0.75) * exp(rnorm(140, 0, 0.06)), frequency = 7)
below <- ts(cumsum(rnorm(70)) + rep(c(3, 0, -3, 1, 2), 14), frequency = 5)
all <- list(AirPassengers = AirPassengers, USAccDeaths = USAccDeaths, nottem = ts(nottem[1:120], frequency = 12),
            WWWusage = WWWusage, lynx = lynx, LakeHuron = LakeHuron, UKgas = UKgas, quarters = round(quarters, 3),
            weeks = round(weeks, 3), below = round(below, 4))
forms <- list(AirPassengers = c("MNN", "AAA", "MAM", "MAdM", "MNM"), USAccDeaths = c("ANA", "AAdA", "MNA", "MNM"),
              nottem = c("ANA", "AAA", "MAdA"), WWWusage = c("ANN", "AAN", "AAdN", "MAN"), lynx = c("ANN", "MNN"),
              LakeHuron = c("ANN", "AAdN"), UKgas = c("MAM", "MNM", "AAA"), quarters = c("ANA", "MAA", "MAM", "MAdM"),
              weeks = c("MNM", "MAM", "AAA"), below = c("ANN", "AAN", "ANA", "AAdA"))
say <- function(...) cat(paste(c(...), collapse = ","), "\n", sep = "")
digits <- function(x, n = 10) sub("NA", "nan", formatC(as.numeric(x), digits = n, format = "g", width = 1))

# The points ahead. With a damped trend and a multiplied season forecast() adds the whole trend at its first step, where the
# recursion (and so its own fitted values) adds the damped one: there its inner function gets trend and beta damped once.
ahead <- function(f, h) {
    if (f$components[3] != "M" || f$components[4] != "TRUE") return(forecast(f, h = h)$mean)
    last <- f$states[nrow(f$states), ]
    par <- f$par
    last["b"] <- last["b"] * par["phi"]
    par["beta"] <- par["beta"] * par["phi"]
    forecast:::class3(h, last, "A", "M", TRUE, f$m, f$sigma2, par)$mu
}

for (name in names(all)) {
    x <- all[[name]]
    m <- frequency(x)
    h <- if (m > 1) 2 * m + 1 else 10
    say("series", name, m, length(x))
    say("y", digits(x, 15))
    for (form in forms[[name]]) {
        damped <- nchar(form) == 4
        f <- ets(x, paste0(substr(form, 1, 2), substr(form, nchar(form), nchar(form))), damped = damped)
        np <- length(f$par)
        say("ets", form, digits(c(-2 * f$loglik, f$aicc, f$sigma2), 15))
        say("weights", digits(f$par[c("alpha", "beta", "gamma", "phi")], 17))
        first <- f$states[1, ]
        trend <- if (form != "" && substr(form, 2, 2) == "A") first["b"] else NA
        season <- rev(first[grepl("^s", names(first))])
        say("states", digits(c(first["l"], trend, season), 17))
        say("fitted", digits(fitted(f)))
        say("ahead", digits(ahead(f, h)))
    }
    # The choice of R's own search.
    best <- ets(x)
    say("best", paste0(best$components[1], best$components[2], if (best$components[4] == "TRUE") "d" else "", best$components[3]),
        digits(best$aicc, 15))
    if (min(x) <= 0) next # a season as a factor means nothing there
    t <- thetaf(x, h = h)
    # thetaf keeps alpha but not the first level: it is the smoothing of the series that thetaf adjusts when seasonal.
    z <- x
    seasonal <- !isTRUE(all.equal(as.numeric(t$fitted), as.numeric(fitted(ses(x)))))
    if (seasonal) z <- seasadj(decompose(x, type = "multiplicative"))
    s <- ses(z)$model
    stopifnot(abs(s$par["alpha"] - t$model$alpha) < 1e-12)
    say("theta", as.integer(seasonal), digits(c(t$model$alpha, s$par["l"], t$model$drift, t$model$sigma), 17))
    say("fitted", digits(t$fitted))
    say("ahead", digits(t$mean))
    say("upper80", digits(t$upper[, 1]))
}
