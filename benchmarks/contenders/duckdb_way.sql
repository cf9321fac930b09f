-- Features of every customer at each snapshot.
-- Variables: lines (Parquet files of the ledger), items (a Parquet file), snapshots (dates), all set beforehand.

create or replace temp table snapshots as select unnest(getvariable('snapshots')) as as_of;

create or replace temp table lines as
select
    customer_id, order_id, item_id, store_id, amount, discount,
    quantity > 0 as bought,
    cast(purchased_at at time zone 'UTC' as date) as day,
    hour(purchased_at at time zone 'UTC') as hour
from read_parquet(getvariable('lines'))
where excluded is null and quantity <> 0
    and purchased_at at time zone 'UTC' < (select max(as_of) from snapshots);

-- Small integers group and sort quicker than ids.
create or replace temp table customers as
select customer_id, cast(row_number() over () as integer) as customer from (select distinct customer_id from lines);

create or replace temp table items as
select
    item_id,
    cast(row_number() over () as integer) as item,
    cast(dense_rank() over (order by coalesce(category, '')) as integer) as category,
    cast(dense_rank() over (order by coalesce(department, '')) as integer) as department
from (select distinct item_id from lines) left join read_parquet(getvariable('items')) using (item_id);

create or replace temp table sold as
select customer, day, hour, order_id, item, category, department, store_id as store, amount, discount
from lines join customers using (customer_id) join items using (item_id)
where bought;

-- What a customer has of one item, category, department or store, day by day: `n` on the day, `held` up to it.
create or replace temp table item_days as
select *, sum(n) over (partition by customer, item order by day rows unbounded preceding) as held
from (select customer, item, category, department, day, count(*) as n from sold group by all);

create or replace temp table category_days as
select *, sum(n) over (partition by customer, category order by day rows unbounded preceding) as held
from (select customer, category, day, sum(n) as n from item_days group by all);

create or replace temp table department_days as
select *, sum(n) over (partition by customer, department order by day rows unbounded preceding) as held
from (select customer, department, day, sum(n) as n from item_days group by all);

create or replace temp table orders as
select customer, day, order_id, min(hour) as hour, coalesce(min(store), '') as store from sold group by all;

create or replace temp table store_days as
select *, sum(n) over (partition by customer, store order by day rows unbounded preceding) as held
from (select customer, store, day, count(*) as n from orders group by all);

create or replace temp table purchase_days as
with of_lines as (
    select customer, day, count(*) as n_lines, count(*) filter (discount > 0) as n_deals,
        sum(amount) as amount, sum(discount) as discount
    from sold group by all
), of_orders as (
    select customer, day, count(*) as n_orders, sum(hour) as hours from orders group by all
), of_stores as (
    select customer, day, count(*) filter (held = n) as new_stores, max(held) as top_store from store_days group by all
), of_items as (
    select customer, day, count(*) as n_items, count(*) filter (held = n) as new_items, max(held) as top_item
    from item_days group by all
), of_categories as (
    select customer, day, count(*) filter (held = n) as new_categories, max(held) as top_category,
        sum(n * (2 * held - n)) as squares  -- what the day adds to the sum of held * held
    from category_days group by all
), of_departments as (
    select customer, day, count(*) filter (held = n) as new_departments, max(held) as top_department
    from department_days group by all
), gaps as (
    select customer, day, day - lag(day) over by_day as gap, row_number() over by_day as visit
    from of_lines window by_day as (partition by customer order by day)
), smoothed as (
    select *,  -- a gap weighs 0.8 of the next newer one; the 20 newest count
        sum(gap * pow(1.25, visit)) over newest / sum(if(gap is null, null, pow(1.25, visit))) over newest as smoothed
    from gaps window newest as (partition by customer order by day rows 19 preceding)
)
select * from of_lines join of_orders using (customer, day) join of_stores using (customer, day)
    join of_items using (customer, day) join of_categories using (customer, day)
    join of_departments using (customer, day) join smoothed using (customer, day);

create or replace temp table return_days as
select customer, day, count(*) as n_lines, -sum(amount) as amount
from lines join customers using (customer_id) where not bought group by all;

copy (
with returned as (
    select customer, as_of, max(day) as last_day, sum(n_lines) as n_lines, sum(amount) as amount,
        sum(n_lines) filter (day >= as_of - 180) as n_lines_180
    from return_days join snapshots on day < as_of group by customer, as_of
), known as (
    select customer, as_of,
        count(*) as days, as_of - max(day) as recency, as_of - min(day) as tenure,
        count(*) filter (day >= as_of - 7) as days_7,
        count(*) filter (day >= as_of - 14) as days_14,
        count(*) filter (day >= as_of - 30) as days_30,
        count(*) filter (day >= as_of - 90) as days_90,
        count(*) filter (day >= as_of - 180) as days_180,
        count(*) filter (day >= as_of - 365) as days_365,
        coalesce(sum(amount) filter (day >= as_of - 30), 0) as spend_30,
        coalesce(sum(amount) filter (day >= as_of - 90), 0) as spend_90,
        coalesce(sum(amount) filter (day >= as_of - 180), 0) as spend_180,
        coalesce(sum(amount) filter (day >= as_of - 365), 0) as spend_365,
        sum(n_lines) as n_lines, sum(n_orders) as n_orders, sum(hours) as hours, sum(n_deals) as n_deals,
        sum(amount) as amount, sum(discount) as discount,
        stddev_samp(amount) as spend_std, arg_max(amount, day) as spend_last,
        sum(n_lines) filter (day >= as_of - 90) as n_lines_90,
        sum(n_deals) filter (day >= as_of - 90) as n_deals_90,
        sum(discount) filter (day >= as_of - 90) as discount_90,
        sum(n_items) as item_days, sum(new_items) as n_items,
        sum(n_items) filter (day >= as_of - 90) as item_days_90,
        sum(new_items) filter (day >= as_of - 90) as n_items_90,
        sum(n_items) filter (day >= as_of - 180) as item_days_180,
        sum(new_categories) as n_categories, sum(new_departments) as n_departments, sum(new_stores) as n_stores,
        max(top_item) as top_item, max(top_category) as top_category, max(top_department) as top_department,
        max(top_store) as top_store, sum(squares) as squares,
        avg(gap) as gap_mean, median(gap) as gap_median, stddev_samp(gap) as gap_std, max(gap) as gap_max,
        arg_max(gap, day) filter (gap is not null) as gap_last, arg_max(smoothed, day) as gap_smoothed,
        count(*) filter (isodow(day) = 1) as on_1, count(*) filter (isodow(day) = 2) as on_2,
        count(*) filter (isodow(day) = 3) as on_3, count(*) filter (isodow(day) = 4) as on_4,
        count(*) filter (isodow(day) = 5) as on_5, count(*) filter (isodow(day) = 6) as on_6,
        count(*) filter (isodow(day) = 7) as on_7
    from purchase_days join snapshots on day < as_of group by customer, as_of
)
select
    customer_id, as_of,
    recency, days - 1 as frequency, tenure, n_orders, known.amount / days as spend, spend_std, spend_last,
    gap_mean, gap_median, gap_std, gap_max, gap_last, gap_smoothed,
    (tenure + 30) / days as gap_shrunk, recency * days / (tenure + 30) as overdue,
    gap_mean * gap_mean / (gap_std * gap_std + 1) as regularity,
    days_7, days_14, days_30, days_90, days_180, days_365, spend_30, spend_90, spend_180, spend_365,
    if(tenure > 30, (days_30 + 0.5::double) / ((days_90 - days_30) * 30 / 60 + 0.5::double), null) as trend_30,
    if(tenure > 90, (days_90 + 0.5::double) / ((days_180 - days_90) * 90 / 90 + 0.5::double), null) as trend_90,
    if(tenure > 180, (days_180 + 0.5::double) / ((days_365 - days_180) * 180 / 185 + 0.5::double), null) as trend_180,
    item_days / days as basket_items, known.amount / n_orders as basket_value, known.amount / known.n_lines as line_value,
    n_items, n_items / item_days as new_item_share, n_items_90 / item_days_90 as new_item_share_90,
    n_categories, n_departments, top_item / known.n_lines as top_item_share, top_category / known.n_lines as top_category_share,
    top_department / known.n_lines as top_department_share, squares / (known.n_lines * known.n_lines) as category_focus,
    if(discount + known.amount > 0, least(discount / (discount + known.amount), 1), null) as discount_share,
    if(discount_90 + spend_90 > 0, least(discount_90 / (discount_90 + spend_90), 1), null) as discount_share_90,
    n_deals / known.n_lines as deal_share, n_deals_90 / n_lines_90 as deal_share_90,
    coalesce(returned.n_lines, 0) / item_days as return_share,
    coalesce(n_lines_180, 0) / item_days_180 as return_share_180,
    if(known.amount > 0, coalesce(returned.amount, 0) / known.amount, null) as refund_share,
    as_of - last_day as return_recency,
    (on_1 + 1/7) / (days + 1) as weekday_1, (on_2 + 1/7) / (days + 1) as weekday_2,
    (on_3 + 1/7) / (days + 1) as weekday_3, (on_4 + 1/7) / (days + 1) as weekday_4,
    (on_5 + 1/7) / (days + 1) as weekday_5, (on_6 + 1/7) / (days + 1) as weekday_6,
    (on_7 + 1/7) / (days + 1) as weekday_7, (on_6 + on_7) / days as weekend_share,
    hours / n_orders as hour, isodow(as_of) as as_of_weekday,
    sin(dayofyear(as_of) * 2 * pi() / 365.25) as year_sin, cos(dayofyear(as_of) * 2 * pi() / 365.25) as year_cos,
    n_stores, top_store / n_orders as top_store_share
from known left join returned using (customer, as_of) join customers using (customer)
) to (getvariable('out')) (format parquet);
