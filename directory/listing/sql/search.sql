-- Find Care's search: everything a page of results needs, in one statement and so of one moment.
-- reach (where) -> narrow (what) -> settle (distance) -> total, facets, page. bits.sql says what a step holds.

-- WHERE: within a circle, or in any of some named places; only chunks from low to high, and only the given ones when
-- chunks is not null.
create function listing.reach(lon float8, lat float8, radius float8, named integer[], low integer, high integer,
                              chunks integer[])
returns listing.hit[] language plpgsql stable as $$
declare
  whole integer[];
  touched integer[];
begin
  if radius is null then
    return array(
      select row(0, chunk, plane, bit_or(bits), null)::listing.hit from listing_placebits
       where place = any(named) and chunk between low and high and (chunks is null or chunk = any(chunks))
       group by chunk, plane);
  end if;
  select array_agg(node) filter (where inside), array_agg(node) filter (where not inside)
    into whole, touched from listing.cover(lon, lat, radius);
  return array(
    select row(0, chunk, plane, coalesce(bit_or(inside), listing.nobody()), coalesce(bit_or(edge), listing.nobody()))::listing.hit
      from (select chunk, plane, bits as inside, null::bit varying as edge from listing_placebits
             where place = any(whole) and chunk between low and high
            union all
            select chunk, plane, null, bits from listing_placebits
             where place = any(touched) and chunk between low and high) reached
     where chunks is null or chunk = any(chunks)
     group by chunk, plane);
end $$;

-- WHERE, again: and in any of these named places.
create function listing.narrow_place(hits listing.hit[], named integer[]) returns listing.hit[]
language plpgsql stable as $$
begin
  return array(
    select row(h.own, h.chunk, h.plane, h.bits & p.bits, h.edge & p.bits)::listing.hit
      from unnest(hits) h
      join (select chunk, plane, bit_or(bits) as bits from listing_placebits
             where place = any(named) group by chunk, plane) p using (chunk, plane)
     where bit_count(h.bits & p.bits) + coalesce(bit_count(h.edge & p.bits), 0) > 0);
end $$;

-- WHAT: any of these attributes. With ``keep`` the hits so far are also kept without it, as the search number ``nth``.
create function listing.narrow(hits listing.hit[], attributes integer[], nth smallint, keep boolean)
returns listing.hit[] language plpgsql stable as $$
declare
  chunks integer[] := array(select distinct chunk from unnest(hits));
begin
  return array(
    select row(h.own, h.chunk, h.plane, h.bits & a.bits, h.edge & a.bits)::listing.hit
      from unnest(hits) h
      join (select chunk, plane, bit_or(listing.bits_of(bits, few)) as bits from listing_attributebits
             where attr = any(attributes) and chunk = any(chunks)
             group by chunk, plane) a on a.chunk = h.chunk and a.plane in (-1, h.plane)
     where bit_count(h.bits & a.bits) + coalesce(bit_count(h.edge & a.bits), 0) > 0
    union all
    select row(nth, h.chunk, h.plane, h.bits, h.edge)::listing.hit from unnest(hits) h where keep and h.own = 0);
end $$;

-- Distance, row by row, for those on the edge who are still in: they are fetched one by one when they are few of the
-- ``touched``, who were there before WHAT and WHO; else the touched are walked through in the order of the curve.
create function listing.settle(hits listing.hit[], touched bigint, lon float8, lat float8, radius float8)
returns listing.hit[] language plpgsql stable as $$
declare
  edges bit varying[];
  first integer; last integer;
  few boolean;
  positions integer[];
  planes smallint[];
begin
  if radius is null or cardinality(hits) = 0 then
    return hits;
  end if;
  select coalesce(sum(n), 0) <= touched / 4 into few
    from (select bit_count(bit_or(edge)) as n from unnest(hits) group by chunk, plane) each;
  if few then
    select array_agg(l.pos), array_agg(l.plane) into positions, planes
      from (select chunk, plane, bit_or(edge) as bits from unnest(hits) group by chunk, plane
            having bit_count(bit_or(edge)) > 0) e
      cross join lateral listing.ones(e.bits) o
      join listing_listedlocation l on l.pos = e.chunk * 4096 + o.off and l.plane = e.plane
     where listing.metres(lon, lat, l.longitude, l.latitude) <= radius;
  else
    edges := listing.laid_out(hits, null);
    select min(chunk), max(chunk) into first, last from unnest(hits);
    select array_agg(l.pos), array_agg(l.plane) into positions, planes
      from listing.cover(lon, lat, radius) c
      join listing_listedlocation l on l.morton between c.low and c.high
     where not c.inside and l.pos >> 12 between first and last
       and get_bit(edges[1 + (l.plane + 1) * (last - first + 1) + (l.pos >> 12) - first], l.pos & 4095) = 1
       and listing.metres(lon, lat, l.longitude, l.latitude) <= radius;
  end if;
  return array(
    select row(h.own, h.chunk, h.plane, bits, null)::listing.hit
      from (select h.own, h.chunk, h.plane, h.bits | coalesce(h.edge & near.bits, listing.nobody()) as bits
              from unnest(hits) h
              left join (select pos >> 12 as chunk, plane, listing.bits_at(pos & 4095, 1)::bit varying as bits
                           from unnest(positions, planes) as spot (pos, plane) group by 1, 2) near using (chunk, plane)) h
     where bit_count(bits) > 0);
end $$;

-- How many clinicians, wherever they are found, and in how many chunks.
create function listing.total(hits listing.hit[], nth smallint, out people bigint, out chunks bigint)
language plpgsql stable as $$
begin
  select coalesce(sum(bit_count(bits)), 0), count(*) into people, chunks
    from (select bit_or(bits) as bits from unnest(hits) where own = nth group by chunk) once;
end $$;

-- The attributes that a filter names. A filter by age names every range of ages that the age lies in.
create function listing.attributes(wanted_group text, codes text[]) returns integer[] language plpgsql stable as $$
begin
  if wanted_group <> 'ages' then
    return array(select attr from listing_attribute where "group" = wanted_group and code = any(codes));
  end if;
  return array(
    select attr from listing_attribute
     where "group" = 'ages'
       and codes[1]::integer between coalesce(nullif(split_part(code, '-', 1), '')::integer, 0)
                                 and coalesce(nullif(split_part(code, '-', 2), '')::integer, 999));
end $$;

-- The whole search.
--   words, exact  a name, or null; exact: never a name that is spelt nearly like it instead
--   lon, lat, radius   a circle in metres, or nulls
--   states, counties   numbers of named places, or nulls
--   filters       [[group, [code, ...], own], ...]: any code of a filter, all filters; own: count as if it were not there
--   sort          'distance' or 'name'; after_metres or after_key, with after_npi: where the last page ended
--   size          rows of the page; 0 for the total alone
--   counted       groups whose values are counted: the ``top`` most frequent, and those that filters name
--   for_places    whether places are looked for, whose numbers begin at first_place, or clinicians
--   at_place      only who works at the place of this number, or null
--   after_uncontracted   whether the last page ended among those whom no roster names
-- Returns, as the text of JSON, {total, page: [card], counts: {group: [[code, found, label], ...]}, spelling}, where
-- spelling is that of names.sql.
create function listing.search(words text, exact boolean, lon float8, lat float8, radius float8, states integer[],
                               counties integer[],
                               filters jsonb, sort text, after_metres integer, after_key text, after_npi bigint,
                               size integer, counted text[], top integer, for_places boolean, at_place bigint,
                               after_uncontracted boolean)
returns text language plpgsql stable
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_mergejoin = off set jit = off
set max_parallel_workers_per_gather = 0 set work_mem = '64MB' as $$
declare
  hits listing.hit[];
  named_chunks integer[]; named_planes smallint[]; named_sets bit varying[]; spelling json;
  there_chunks integer[]; there_planes smallint[]; there_sets bit varying[];
  filter jsonb;
  nth smallint := 0;
  own_groups integer[] := '{}';
  attributes integer[];
  named integer[] := '{}';
  touched bigint;
  people bigint;
  page listing.spot[] := '{}';
  cards json;
  counts json := '{}';
begin
  if words is not null then
    select * into named_chunks, named_planes, named_sets, spelling from listing.who(words, exact or for_places);
  end if;
  if at_place is not null then
    select coalesce(array_agg(t.chunk), '{}'), array_agg(t.plane), array_agg(t.bits)
      into there_chunks, there_planes, there_sets from listing.there(at_place) t;
  end if;
  hits := listing.reach(lon, lat, radius, coalesce(counties, states, '{0}'), case when for_places then 4096 else 0 end,
                        case when for_places then 524287 else 4095 end, coalesce(there_chunks, named_chunks));
  select sum(bit_count(h.edge)) into touched from unnest(hits) h;
  if counties is not null or radius is not null then
    if radius is not null and counties is not null then hits := listing.narrow_place(hits, counties); end if;
    if states is not null then hits := listing.narrow_place(hits, states); end if;
  end if;
  if words is not null then
    hits := listing.narrow_named(hits, named_chunks, named_planes, named_sets);
  end if;
  if at_place is not null then
    hits := listing.narrow_named(hits, there_chunks, there_planes, there_sets);
  end if;
  for filter in select f from jsonb_array_elements(filters) f order by (f ->> 2)::boolean loop
    attributes := listing.attributes(filter ->> 0, array(select jsonb_array_elements_text(filter -> 1)));
    named := named || attributes;
    if (filter ->> 2)::boolean then
      nth := nth + 1;
      own_groups := own_groups || listing.group_number(filter ->> 0);
    end if;
    hits := listing.narrow(hits, attributes, nth, (filter ->> 2)::boolean and filter ->> 0 = any(counted));
  end loop;
  hits := listing.settle(hits, touched, lon, lat, radius);
  people := (listing.total(hits, 0::smallint)).people;
  if size > 0 then
    page := case when for_places and sort = 'distance'
                 then listing.nearest(hits, people, lon, lat, radius, after_metres, after_npi, size)
                 when for_places then listing.places_by_name(hits, people, after_key, after_npi, size)
                 else listing.page(hits, people, sort, lon, lat, radius, after_uncontracted, after_metres, after_key,
                                   after_npi, size) end;
  end if;
  cards := case when for_places then listing.place_cards(page) else listing.cards(page) end;
  if cardinality(counted) > 0 then
    counts := listing.counted(hits, array(select listing.group_number(g) from unnest(counted) g), own_groups, named, top);
  end if;
  return json_build_object('total', people, 'page', cards, 'counts', counts, 'spelling', spelling)::text;
end $$;
