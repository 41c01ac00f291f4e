#!/usr/bin/env Rscript
# Makes the reference values of test_stl.c and test_mstl.c in the folder that it is run in: R 4.2.2 stl() and forecast 8.20 mstl()
# on made-up series.
# Their lengths are odd: for robust weights R takes the median of the errors by a partial sort whose two places of an even length
# come in falling order, so that the one is not what it should be (by some hundredths of the scale); the paper says the median.
suppressMessages(library(forecast))
write_csv <- function(file, table) write.csv(format(table, digits = 12), file, row.names = FALSE, quote = FALSE)
parts <- function(name, fit) {
  table <- data.frame(fit$time.series[, "seasonal"], fit$time.series[, "trend"], fit$weights)
  setNames(table, paste(name, c("season", "trend", "weight"), sep = "_"))
}

set.seed(20240930)
t <- 1:131
y <- 1000 + 3 * t + 120 * sin(2 * pi * t / 12) * (1 + t / 200) + 60 * cos(4 * pi * t / 12) + rnorm(131, sd = 25)
y[c(30, 31, 90)] <- y[c(30, 31, 90)] * c(2.5, 0.3, 3)
y <- round(y, 3)
monthly <- ts(y, frequency = 12)
write_csv("monthly.csv", cbind(data.frame(y = y),
  parts("periodic", stl(monthly, "periodic")),
  parts("periodic_robust", stl(monthly, "periodic", robust = TRUE)),
  parts("seven", stl(monthly, 7)),
  parts("thirteen_robust", stl(monthly, 13, robust = TRUE)),
  parts("line", stl(monthly, 9, s.degree = 1, t.window = 21, s.jump = 1, t.jump = 1, l.jump = 1)),
  parts("long", stl(monthly, 35, t.window = 201, l.window = 25, t.jump = 5, robust = TRUE))))

# Two seasons at once, two years of days and some.
t <- 1:799
week <- c(30, 10, 0, 5, 20, -25, -40)
y <- round(500 + 0.1 * t + week[(t - 1) %% 7 + 1] + 80 * sin(2 * pi * t / 365) + rnorm(799, sd = 15), 3)
fit <- mstl(msts(y, c(7, 365)))
robust <- mstl(msts(y, c(7, 365)), robust = TRUE)
write_csv("daily.csv", data.frame(y = y,
  week = fit[, "Seasonal7"], year = fit[, "Seasonal365"], trend = fit[, "Trend"],
  robust_week = robust[, "Seasonal7"], robust_year = robust[, "Seasonal365"], robust_trend = robust[, "Trend"]))
one <- mstl(monthly)
write_csv("one.csv", data.frame(y = as.numeric(monthly), season = one[, "Seasonal12"], trend = one[, "Trend"]))

# The season repeated, the rest carried on as it was; the lambda of Guerrero.
write_csv("naive.csv", data.frame(point = stlf(monthly, method = "naive", h = 30)$mean,
  of_log = stlf(monthly, method = "naive", h = 30, lambda = 0)$mean,
  lambda = BoxCox.lambda(ts(sqrt(as.numeric(monthly)) * (1:131), frequency = 12), lower = 0, upper = 1)))
