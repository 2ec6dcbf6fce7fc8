-- One row a flight that pushed back, with the instants at which things happened and became known (UTC).
-- Inputs: raw = flights.raw_flights, airports = flights.airports.
WITH departed AS (
    SELECT raw.*,
           raw.time_hour + to_minutes(raw.minute) AS scheduled_departure,
           raw.time_hour + to_minutes(raw.minute) + to_minutes(raw.dep_delay) AS departure,
           -- The airports of Puerto Rico and the Virgin Islands are not in the list of airports.
           CASE WHEN raw.dest IN ('SJU', 'BQN', 'PSE', 'STT') THEN 'America/Puerto_Rico' ELSE airports.tzone END AS zone
    FROM raw LEFT JOIN airports ON airports.faa = raw.dest
    WHERE raw.dep_delay IS NOT NULL
)
SELECT printf('%s-%s-%d', strftime(scheduled_departure, '%Y%m%dT%H%MZ'), carrier, flight) AS flight_id,
       carrier,
       flight,
       tailnum,
       origin,
       dest,
       origin || '-' || dest AS route,
       month,
       scheduled_departure,
       departure,
       -- At the gate: the clock at the destination next shows arr_time. Null when it never got there (diverted).
       CASE WHEN arr_delay IS NULL THEN NULL
            ELSE departure + to_minutes(((arr_time // 100) % 24 * 60 + arr_time % 100
                 - (hour(timezone(zone, departure)) * 60 + minute(timezone(zone, departure))) + 1440) % 1440)
       END AS landed_at,
       dep_delay,
       hour * 60 + minute AS scheduled_minute,
       isodow(make_date(year, month, day)) AS day_of_week,
       distance,
       CAST(CASE WHEN arr_delay IS NULL THEN NULL WHEN arr_delay > 15 THEN 0 ELSE 1 END AS BIGINT) AS on_time,
       CASE WHEN arr_delay IS NULL THEN NULL ELSE arr_delay > 15 END AS late,
       arr_delay
FROM departed
ORDER BY departure, flight_id
