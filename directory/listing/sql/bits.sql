-- Sets of clinicians as bits, and what every step of a search is made of.
--
-- A clinician is a bit. Each step holds a set of rows (own, chunk, plane, bits, edge):
--   bits   who of the chunk is in, at their location of that plane
--   edge   who lies in a square that the circle only touches, so that the distance must still be measured
--   own    0 for the search itself; g for the same search without its g-th group, which counts that group's values
-- docs/performance.md draws it.

create type listing.hit as (own smallint, chunk integer, plane smallint, bits bit varying, edge bit varying);

create type listing.spot as (pos integer, npi bigint, plane smallint, metres integer);

do $$ begin
  execute format('create aggregate listing.bits_at(integer, integer) (sfunc = set_bit, stype = bit, initcond = %L)',
                 repeat('0', 4096));
end $$;

create function listing.nobody() returns bit varying language sql immutable parallel safe as
$$ select repeat('0', 4096)::bit varying $$;

-- What a row of AttributeBits says, whichever way it is kept.
create function listing.bits_of(bits bit varying, few smallint[]) returns bit varying
language sql immutable parallel safe as
$$ select coalesce(bits, (select listing.bits_at(off, 1)::bit varying from unnest(few) off)) $$;

-- The attributes of a group have the numbers from group_number << 20 on: a group is a range of the index.
create function listing.group_number(name text) returns integer language sql immutable parallel safe as $$
  select array_position('{specialty,language,race,pronouns,competency,population,gender,affiliation,office_language,
                          accessibility,accepting,telehealth,network,plan,ages,kind,uncontracted}', name)
$$;

-- Places have positions from here on, in chunks of their own: what finds clinicians finds places.
create function listing.first_place() returns integer language sql immutable parallel safe as 'select 1 << 24';

-- The positions of the bits that are set.
create function listing.ones(bits bit varying) returns table (off integer)
language sql immutable parallel safe rows 50 as $$
  select (sum(length(zeros) + 1) over (order by nth))::integer - 1
    from string_to_table(bits::text, '1') with ordinality as run (zeros, nth)
   limit bit_count(bits)
$$;

-- The bits of one search (null: the edges of all) as an array: those of a chunk and plane stand at
-- 1 + (plane + 1) * width + chunk - first, where first and width are those of the chunks, and those of the persons,
-- wherever they are found, at plane -1. A row of bits or of the listing finds its match there without a join.
create function listing.laid_out(hits listing.hit[], nth smallint) returns bit varying[] language plpgsql stable as $$
declare
  first integer; width integer; planes integer;
begin
  select min(chunk), max(chunk) - min(chunk) + 1, max(plane) + 2 into first, width, planes from unnest(hits);
  return array(
    with held as materialized (
      select chunk, plane, bit_or(case when nth is null then edge else h.bits end) as bits
        from unnest(hits) h where nth is null or own = nth group by chunk, plane),
    laid as (
      select (plane + 1) * width + chunk - first as slot, held.bits from held
      union all
      select chunk - first, bit_or(held.bits) from held where nth is not null group by chunk)
    select laid.bits from generate_series(0, planes * width - 1) as slot left join laid using (slot) order by slot);
end $$;
