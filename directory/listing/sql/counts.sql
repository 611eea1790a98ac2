-- How many of those found have each attribute: what stands behind every value of every filter.
--
-- A chunk is counted in the way that touches least:
--   where few are found, from their own rows of the listing;
--   where few are missing, from the totals of the chunk, less those who are missing;
--   else from the bits, for facts of a location from those of whoever has it anywhere. These are right for everyone who
--   is found with all their locations; where many are not, the bits of each plane are counted.
--
-- OFFSET 0 keeps the planner, who cannot know how few they are, from doing anything but going to each row by its index.

-- So many are few, for these groups: a row of the listing costs as much as several rows of bits, and of these there are
-- most for specialties, fewer for all other facts of persons, and fewest for facts of locations.
create function listing.few_of_a_chunk(groups integer[]) returns integer language sql immutable parallel safe as $$
  select case when groups[1] >= listing.group_number('office_language') then 10
              when listing.group_number('specialty') = any(groups) then 45 else 20 end
$$;

-- From what the facts of a chunk are counted ('rows', 'totals', 'bits' or 'planes'), and whose rows put that right: those
-- of ``more`` are added and those of ``less`` taken away. Facts of persons have plane -1.
create type listing.tally as (chunk integer, plane smallint, way text, more bit varying, less bit varying);

-- The ways in which groups, all of persons or all of locations, are counted in the chunks of one search.
create function listing.tallies(hits listing.hit[], nth smallint, groups integer[]) returns listing.tally[]
language plpgsql stable as $$
declare
  at_location boolean := groups[1] >= listing.group_number('office_language');
  few integer := listing.few_of_a_chunk(groups);
begin
  return array(
    with each as materialized (
      select chunk, plane, e.bits as everyone, coalesce(h.bits, listing.nobody()) as reached
        from (select chunk, plane, bits from listing_placebits
               where place = 0 and chunk = any(array(select distinct chunk from unnest(hits) where own = nth))) e
        left join (select chunk, plane, bits from unnest(hits) where own = nth) h using (chunk, plane)),
    sets as materialized (
      select chunk, bit_or(reached) as met, bit_or(everyone) & ~bit_or(reached) as missing,
             bit_or(everyone & ~reached) as touched, bit_or(everyone & ~reached) & bit_or(reached) as parted
        from each group by chunk),
    ways as materialized (
      select *, case when bit_count(met) <= few then 'rows'
                     when bit_count(case when at_location then touched else missing end) <= few then 'totals'
                     when at_location and bit_count(parted) > few then 'planes'
                     else 'bits' end as way
        from sets)
    select row(chunk, -1, way, case way when 'rows' then met end, case way when 'totals' then missing end)::listing.tally
      from ways where not at_location
    union all
    select row(chunk, plane, way,
               nullif(reached & case way when 'rows' then met when 'totals' then touched when 'bits' then parted end,
                      listing.nobody()),
               nullif(everyone & case way when 'totals' then touched when 'bits' then parted end,
                      listing.nobody()))::listing.tally
      from each join ways using (chunk) where at_location);
end $$;

-- Clinicians per attribute, of the given groups, among the hits of one search.
create function listing.counts(hits listing.hit[], nth smallint, groups integer[])
returns table (attr integer, n bigint) language plpgsql stable as $$
#variable_conflict use_column
declare
  in_person integer[] := array(select g from unnest(groups) g where g < listing.group_number('office_language'));
  at_location integer[] := array(select g from unnest(groups) g where g >= listing.group_number('office_language'));
  tallies listing.tally[] := '{}';
  first integer := (select min(chunk) from unnest(hits));
  width integer := (select max(chunk) - min(chunk) + 1 from unnest(hits));
  sets bit varying[];
  ways text[];
begin
  if in_person <> '{}' then
    tallies := listing.tallies(hits, nth, in_person);
    return query
      select q.attr, sum(sign)
        from (select unnest(c.attrs) as attr, t.sign
                from (select chunk, more as bits, 1 as sign from unnest(tallies) where more is not null
                      union all select chunk, less, -1 from unnest(tallies) where less is not null) t
                cross join lateral listing.ones(t.bits) o
                cross join lateral (select attrs from listing_listedclinician
                                     where pos = t.chunk * 4096 + o.off offset 0) c) q
       where attr >> 20 = any(in_person) group by q.attr;
  end if;
  if at_location <> '{}' then
    tallies := tallies || listing.tallies(hits, nth, at_location);
    return query
      select q.attr, sum(sign)
        from (select distinct pos, sign, attr
                from (select l.pos, t.sign, unnest(l.attrs) as attr
                        from (select chunk, plane, more as bits, 1 as sign from unnest(tallies)
                               where plane >= 0 and more is not null
                              union all
                              select chunk, plane, less, -1 from unnest(tallies) where plane >= 0 and less is not null) t
                        cross join lateral listing.ones(t.bits) o
                        cross join lateral (select pos, attrs from listing_listedlocation
                                             where pos = t.chunk * 4096 + o.off and plane = t.plane offset 0) l) held
               where attr >> 20 = any(at_location)) q
       group by q.attr;
  end if;
  ways := array(select distinct way from unnest(tallies));
  if 'totals' = any(ways) then
    return query
      select t.attr, sum(t.clinicians)
        from (select distinct chunk, plane < 0 as of_persons from unnest(tallies) where way = 'totals') w
        cross join lateral unnest(case when of_persons then in_person else at_location end) g
        cross join lateral (select attr, clinicians from listing_attributetotal
                             where chunk = w.chunk and attr between g << 20 and (g << 20) + 1048575 offset 0) t
       group by t.attr;
  end if;
  if not ways && '{bits,planes}' then
    return;
  end if;
  sets := listing.laid_out(hits, nth);
  if 'bits' = any(ways) then
    return query
      select q.attr, sum(case when off is null then bit_count(bits & sets[1 + chunk - first])::integer
                              else get_bit(sets[1 + chunk - first], off) end)
        from (select b.attr, b.chunk, b.bits, unnest(coalesce(b.few, '{null}')) as off
                from (select distinct chunk, plane < 0 as of_persons from unnest(tallies) where way = 'bits') w
                cross join lateral unnest(case when of_persons then in_person else at_location end) g
                cross join lateral (select * from listing_attributebits
                                     where chunk = w.chunk and attr between g << 20 and (g << 20) + 1048575 and plane < 0
                                     offset 0) b) q
       group by q.attr;
  end if;
  if 'planes' = any(ways) then
    return query
      select q.attr, sum(q.n)
        from (select distinct chunk from unnest(tallies) where way = 'planes') w cross join unnest(at_location) g
        -- Grouped in here, where the index has them in order.
        cross join lateral (
          select attr, bit_count(bit_or(bits & sets[1 + (plane + 1) * width + w.chunk - first]))::integer as n
            from listing_attributebits
           where chunk = w.chunk and attr between g << 20 and (g << 20) + 1048575 and plane >= 0 group by attr offset 0) q
       where q.n > 0 group by q.attr;
  end if;
end $$;

-- The values of every group with their clinicians: the ``top`` most frequent, and the named ones. The i-th of
-- ``own_groups`` is counted among the hits of the i-th search without it, everything else among those of the search.
create function listing.counted(hits listing.hit[], groups integer[], own_groups integer[], named integer[], top integer)
returns json language plpgsql stable as $$
begin
  return (
    with held as materialized (
      select attr, n, rank() over (partition by attr >> 20 order by n desc) as place
        from (select attr, sum(n) as n
                from (select * from listing.counts(hits, 0::smallint, array(
                        select unnest(groups) except select unnest(own_groups)))
                      union all
                      select c.* from unnest(own_groups) with ordinality as o (g, i)
                        cross join lateral listing.counts(hits, i::smallint, array[g]) c where g = any(groups)) each
               group by attr) summed
       where n > 0)
    select coalesce(json_object_agg(grp, list), '{}')
      from (select "group" as grp, json_agg(json_build_array(code, n, label) order by n desc, code collate "C") as list
              from (select a."group", a.code, a.label, n,
                           row_number() over (partition by a."group" order by n desc, a.code collate "C") as place, attr
                      from held join listing_attribute a using (attr) where held.place <= top or attr = any(named)) q
             where place <= top or attr = any(named)
             group by "group") listed);
end $$;
