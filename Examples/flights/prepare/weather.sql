-- One row an hour and airport. An hour's weather is known when the hour is over.
-- Input: raw = flights.raw_weather.
SELECT origin,
       time_hour AS observed_at,
       time_hour + INTERVAL 1 HOUR AS available_at,
       temp, dewp, humid, wind_dir, wind_speed, wind_gust, precip, pressure, visib
FROM raw
ORDER BY origin, observed_at
