-- One page of what was found, in order, and what it says of each.

-- As many clinicians as this are fetched and sorted to make a page; more are met in the order of the page.
create function listing.few() returns integer language sql immutable parallel safe as 'select 500';

-- One page by distance: the nearest after (after_metres, after_npi). Many hits are walked in a circle that grows. Of a
-- place, which has no NPI, the number of its address stands there. Numbers are looked up for those alone who may be on
-- the page, and what is walked is read from the index alone.
create function listing.nearest(hits listing.hit[], people bigint, lon float8, lat float8, radius float8,
                                after_metres integer, after_npi bigint, size integer)
returns listing.spot[] language plpgsql stable as $$
declare
  page listing.spot[];
  met listing.spot[];
  sets bit varying[];
  first integer; last integer;
  reached float8 := least(radius, coalesce(after_metres, 0)
                          + floor(radius * sqrt(1.0 * size / greatest(people, 1))) + 0.5);
begin
  if people <= listing.few() then
    met := array(
      select row(l.pos, null, l.plane, round(listing.metres(lon, lat, l.longitude, l.latitude)))::listing.spot
        from unnest(hits) h cross join lateral listing.ones(h.bits) o
        join listing_listedlocation l on l.pos = h.chunk * 4096 + o.off and l.plane = h.plane
       where h.own = 0);
    reached := radius;
  else
    sets := listing.laid_out(hits, 0::smallint);
    select min(chunk), max(chunk) into first, last from unnest(hits);
  end if;
  loop
    if sets is not null then
      met := array(
        select row(l.pos, null, l.plane, round(listing.metres(lon, lat, l.longitude, l.latitude)))::listing.spot
          from listing.cover(lon, lat, reached) s
          join listing_listedlocation l on l.morton between s.low and s.high
         where l.pos >> 12 between first and last
           and get_bit(sets[1 + (l.plane + 1) * (last - first + 1) + (l.pos >> 12) - first], l.pos & 4095) = 1
           and listing.metres(lon, lat, l.longitude, l.latitude) <= reached);
    end if;
    page := array(
      with each as materialized (select distinct on (pos) * from unnest(met) order by pos, metres, plane),
      next as (
        (select * from each where after_npi is null or metres > after_metres
          order by metres fetch first (size) rows with ties)
        union all
        select * from each where metres = after_metres)
      select row(next.pos, numbered.npi, next.plane, next.metres)::listing.spot
        from next
        cross join lateral (select case when next.pos < listing.first_place()
                                        then (select c.npi from listing_listedclinician c where c.pos = next.pos)
                                        else (select p.id from listing_listedplace p where p.pos = next.pos) end) numbered (npi)
       where after_npi is null or (next.metres, numbered.npi) > (after_metres, after_npi)
       order by next.metres, numbered.npi limit size);
    if cardinality(page) = size or reached >= radius then
      return page;
    end if;
    reached := least(radius, floor(reached * 2) + 0.5);
  end loop;
end $$;

-- One page by name after (after_key, after_npi), each clinician at the first of the locations that matched.
create function listing.by_name(hits listing.hit[], people bigint, after_key text, after_npi bigint, size integer)
returns listing.spot[] language plpgsql stable as $$
declare
  sets bit varying[];
  first listing.spot[];
begin
  if people <= 2 * listing.few() then
    first := array(
      select row(c.pos, c.npi, null, null)::listing.spot
        from (select chunk, bit_or(bits) as bits from unnest(hits) where own = 0 group by chunk) h
        cross join lateral listing.ones(h.bits) o
        join listing_listedclinician c on c.pos = h.chunk * 4096 + o.off
       where after_npi is null or (c.sort_key, c.npi) > (after_key collate "C", after_npi)
       order by c.sort_key, c.npi limit size);
  else
    sets := array(
      select bit_or(h.bits)
        from generate_series(0, (select max(chunk) from unnest(hits))) c
        left join unnest(hits) h on h.chunk = c and h.own = 0 group by c order by c);
    first := array(
      select row(c.pos, c.npi, null, null)::listing.spot
        from listing_listedclinician c
       where (after_npi is null or (c.sort_key, c.npi) > (after_key collate "C", after_npi))
         and get_bit(coalesce(sets[(c.pos >> 12) + 1], listing.nobody()), c.pos & 4095) = 1
       order by c.sort_key, c.npi limit size);
  end if;
  return array(
    select row(f.pos, f.npi, min(h.plane), null)::listing.spot
      from unnest(first) with ordinality as f (pos, npi, plane, metres, nth)
      join unnest(hits) h on h.own = 0 and h.chunk = f.pos >> 12 and get_bit(h.bits, f.pos & 4095) = 1
     group by f.pos, f.npi, f.nth order by f.nth);
end $$;

-- One page in the order that was asked for: those of the plan's network, then those whom no roster names.
-- ``after_uncontracted`` says that the last page ended among the latter.
create function listing.page(hits listing.hit[], people bigint, sort text, lon float8, lat float8, radius float8,
                             after_uncontracted boolean, after_metres integer, after_key text, after_npi bigint,
                             size integer)
returns listing.spot[] language plpgsql stable as $$
declare
  uncontracted integer := (select attr from listing_attribute where "group" = 'uncontracted' and code = 'yes');
  page listing.spot[] := '{}';
begin
  if not exists (select from (select distinct chunk from unnest(hits)) h
                   join listing_attributebits b on b.chunk = h.chunk and b.attr = uncontracted) then
    return listing.in_order(hits, people, sort, lon, lat, radius, after_metres, after_key, after_npi, size);
  end if;
  if not coalesce(after_uncontracted, false) then
    page := listing.in_order(listing.without(hits, uncontracted), people, sort, lon, lat, radius,
                             after_metres, after_key, after_npi, size);
    after_npi := null;
    after_metres := null;
  end if;
  if cardinality(page) < size then
    page := page || listing.in_order(listing.narrow(hits, array[uncontracted], 0::smallint, false), people, sort,
                                     lon, lat, radius, after_metres, after_key, after_npi, size - cardinality(page));
  end if;
  return page;
end $$;

create function listing.in_order(hits listing.hit[], people bigint, sort text, lon float8, lat float8, radius float8,
                                 after_metres integer, after_key text, after_npi bigint, size integer)
returns listing.spot[] language plpgsql stable as $$
begin
  if cardinality(hits) = 0 then return '{}'; end if;
  if sort = 'distance' then
    return listing.nearest(hits, people, lon, lat, radius, after_metres, after_npi, size);
  end if;
  return listing.by_name(hits, people, after_key, after_npi, size);
end $$;

-- Those found who do not have an attribute of locations.
create function listing.without(hits listing.hit[], of integer) returns listing.hit[] language plpgsql stable as $$
begin
  return array(
    select row(h.own, h.chunk, h.plane, h.bits & ~coalesce(a.bits, listing.nobody()), h.edge)::listing.hit
      from unnest(hits) h
      left join listing_attributebits a on a.attr = of and a.chunk = h.chunk and a.plane = h.plane
     where bit_count(h.bits & ~coalesce(a.bits, listing.nobody())) > 0);
end $$;

-- What a row of results says: a list of JSON in the order of the page.
create function listing.cards(page listing.spot[]) returns json language plpgsql stable as $$
begin
  return (select coalesce(json_agg(json_build_object(
           'npi', c.npi, 'name', c.name, 'goes_by', c.goes_by, 'sort_key', c.sort_key, 'credential', c.credential,
           'checked_on', c.checked_on, 'checked', c.checked, 'facts', c.facts,
           'metres', s.metres,
           'locations', (select count(*) from listing_listedlocation o where o.pos = s.pos),
           'here', l.facts,
           'place', to_json(p)) order by s.nth), '[]')
    from unnest(page) with ordinality as s (pos, npi, plane, metres, nth)
    join listing_listedclinician c on c.pos = s.pos
    join listing_listedlocation l on l.pos = s.pos and l.plane = s.plane
    join listing_listedplace p on p.id = l.place_id);
end $$;

-- Everything that is listed of these clinicians, by NPI: the clinician, and under ``places`` each location with ``here``
-- and ``place``. No row for who is not listed.
create function listing.each(npis bigint[]) returns setof jsonb language sql stable as $$
  select to_jsonb(c) - '{pos,attrs}'::text[]
         || jsonb_build_object('places', (
              select jsonb_agg(jsonb_build_object('here', l.facts, 'place', to_jsonb(p)) order by l.plane)
                from listing_listedlocation l join listing_listedplace p on p.id = l.place_id where l.pos = c.pos))
    from listing_listedclinician c where c.npi = any(npis) order by c.npi
$$;

-- Who has a location in a state, by NPI.
create function listing.npis_in(state integer) returns bigint[] language sql stable as $$
  select array(select c.npi
                 from (select distinct b.chunk * 4096 + o.off as pos
                         from listing_placebits b cross join lateral listing.ones(b.bits) o where b.place = -state) here
                 join listing_listedclinician c using (pos) order by c.npi)
$$;
