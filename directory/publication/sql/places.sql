-- Facts -> places of the listing. No answer is read here: whether a place is listed, and what it says, never depends on
-- what those who work there choose.

-- The sources that name places whoever works there, the most telling first; a roster says more than any.
create function publication.registries() returns text[] language sql immutable parallel safe as
$$ select array['hospitals', 'va', 'ihs', 'urgent_care', 'primary_care', 'nppes'] $$;

-- Sources write in capitals; people do not. Word by word, because a query for each name would cost more than all else
-- about its place.
create function publication.place_case(written text) returns text language plpgsql immutable strict parallel safe as $$
declare
  word text;
  cased text[] := '{}';
begin
  if written <> upper(written) or written !~ '[A-Z]{4}|\d' then
    return written;
  end if;
  foreach word in array string_to_array(written, ' ') loop
    cased := cased || case
      when word ~ '^(LLC|LLP|LP|PC|PA|PLLC|VA|US|USA|II|III|IV|NW|NE|SW|SE|MD|DDS|[A-Z]\.)[,.)]?$' then word
      when cased <> '{}' and word in ('OF', 'AND', 'THE', 'AT', 'FOR', 'IN', 'ON') then lower(word)
      else replace(initcap(word), '''S', '''s') end;
  end loop;
  return array_to_string(cased, ' ');
end $$;

-- Every name of some places: the location that stands for the place, then those recognised as the same, by how much
-- their source says. What a source no longer names says nothing.
create function publication.named(ids bigint[])
returns table (place_id bigint, nth bigint, is_registered boolean, location network_location) language sql stable as $$
  select place_id, row_number() over (partition by place_id order by (l).id <> place_id, rank nulls first, (l).id),
         rank is not null and (l).kind <> '' and not exists (
           select from network_organization o where o.npi = (l).organization_id and o.deactivated_on is not null), l
    from (select coalesce(l.same_as_id, l.id) as place_id,
                 array_position(publication.registries(), l.source::text) as rank, l
            from network_location l where (l.id = any(ids) and l.same_as_id is null) or l.same_as_id = any(ids)) every
   where rank is null or (l).ended_on is null
$$;

-- The networks of those who work at some places: active clinicians with a role in force there, whether they are listed
-- or not. A place where such a clinician works has a row for no network, too.
create function publication.worked_at(ids bigint[], today date) returns table (place_id bigint, network text)
language sql stable as $$
  select distinct coalesce(l.same_as_id, l.id), unnest('{}'::text[] || null::text || r.networks::text[])
    from network_location l
    join network_practitionerrole r on r.location_id = l.id
    join network_clinician c on c.npi = r.clinician_id
   where (l.id = any(ids) and l.same_as_id is null or l.same_as_id = any(ids))
     and (r.starts_on is null or r.starts_on <= today) and (r.ends_on is null or r.ends_on >= today)
     and (c.deactivated_on is null or c.deactivated_on > today)
$$;

-- The rows of those of some places that are to be listed: whom a registry names, or where somebody works.
create function publication.places(ids bigint[], today date) returns setof listing_listedplace language sql stable as $$
  with named as materialized (select place_id, nth, is_registered, (location).* from publication.named(ids)),
  worked as materialized (select * from publication.worked_at(ids, today)),
  filled as (
    select place_id, bool_or(is_registered) as is_registered,
           coalesce((array_agg(kind order by nth) filter (where kind <> ''))[1], 'clinic') as kind,
           (array_agg(organization_id order by nth) filter (where organization_id is not null))[1] as organization_id,
           coalesce((array_agg(phone order by nth) filter (where phone <> ''))[1], '') as phone,
           coalesce((array_agg(fax order by nth) filter (where fax <> ''))[1], '') as fax,
           coalesce((array_agg(website order by nth) filter (where website <> ''))[1], '') as website,
           coalesce((array_agg(parking order by nth) filter (where parking <> ''))[1], '') as parking,
           coalesce((array_agg(transit order by nth) filter (where transit <> ''))[1], '') as transit,
           (array_agg(jsonb_build_array(hours, hours_note) order by nth)
              filter (where hours <> '[]' or hours_note <> ''))[1] as open,
           coalesce((array_agg(to_jsonb(accessibility) order by nth) filter (where accessibility <> '{}'))[1], '[]')
             as accessibility,
           coalesce((array_agg(to_jsonb(staff_languages) order by nth) filter (where staff_languages <> '{}'))[1], '[]')
             as staff,
           (array_agg(jsonb_build_array(to_jsonb(interpreter_languages), to_jsonb(interpreter_modes)) order by nth)
              filter (where interpreter_languages <> '{}' or interpreter_modes <> '{}'))[1] as interpreters,
           jsonb_agg(jsonb_build_array(case when source = any(publication.registries()) then source
                                            when source = 'nppes_address' then 'nppes' else 'roster' end,
                                       as_of) order by nth) as sources
      from named group by place_id),
  attributes as (
    select place_id, array_agg(distinct implied order by implied) as attrs
      from (select place_id, 'accessibility' as "group", jsonb_array_elements_text(accessibility) as code from filled
            union all select place_id, 'office_language', jsonb_array_elements_text(staff) from filled
            union all select place_id, 'office_language', jsonb_array_elements_text(interpreters -> 0) from filled) held
      join listing_attribute a using ("group", code) cross join unnest(a.implies) implied
     group by place_id),
  networks as (
    select place_id, jsonb_agg(network order by network) filter (where network is not null) as list
      from worked group by place_id)
  select l.place_id, publication.place_case(l.name), coalesce(publication.place_case(o.name), ''),
         publication.place_case(l.line1), publication.place_case(l.line2), publication.place_case(l.city),
         l.state, l.zip, l.county_fips, l.longitude, l.latitude, f.phone, f.fax, f.website,
         jsonb_build_object(
           'kind', f.kind, 'sources', f.sources, 'networks', coalesce(networks.list, '[]'),
           'accessibility', f.accessibility,
           'hours', coalesce(f.open -> 0, '[]'), 'hours_note', coalesce(f.open ->> 1, ''),
           'parking', f.parking, 'transit', f.transit, 'staff', f.staff,
           'interpreters', coalesce(f.interpreters -> 0, '[]'), 'modes', coalesce(f.interpreters -> 1, '[]')),
         number.pos, code_sets_fold(l.name), coalesce(attributes.attrs, '{}'), l.approximate
    from named l
    join filled f using (place_id)
    join publication_placenumber number on number.location_id = l.place_id
    left join network_organization o on o.npi = f.organization_id
    left join attributes using (place_id)
    left join networks using (place_id)
   where l.nth = 1 and (f.is_registered or networks.place_id is not null)
$$;

-- Each listed place at itself: what a search for places finds.
create function publication.place_spots(places listing_listedplace[]) returns setof listing_listedlocation
language sql stable as $$
  with held as (
    select pos, array_agg(distinct implied order by implied) as attrs
      from (select pos, 'kind' as "group", facts ->> 'kind' as code from unnest(places)
            union all select pos, 'network', jsonb_array_elements_text(facts -> 'networks') from unnest(places)) its
      join listing_attribute a using ("group", code) cross join unnest(a.implies) implied
     group by pos)
  select p.pos, 0::smallint, listing.morton(p.longitude, p.latitude), p.longitude, p.latitude,
         array_remove(array[-(select fips from code_sets_state where code = p.state),
                            -nullif(p.county_fips, '')::integer], null),
         p.attrs || coalesce(held.attrs, '{}'), '{}'::jsonb, p.id
    from unnest(places) p left join held using (pos)
$$;

-- Numbers for places that have none, along the curve within a state: those that are due, or with ``every`` all that may
-- be listed. Caller holds the lock of the numbering.
create function publication.number_places(every boolean) returns integer language plpgsql as $$
declare
  next integer := (select coalesce(max(pos) + 1, listing.first_place()) from publication_placenumber);
  given integer;
begin
  insert into publication_placenumber (location_id, pos)
    select id, next + (row_number() over (order by state, listing.morton(longitude, latitude), id))::integer - 1
      from network_location l
     where same_as_id is null
       and (every or exists (select from publication_dueplace d where d.location_id = l.id))
       and not exists (select from publication_placenumber n where n.location_id = l.id)
       and (source = any(publication.registries())
            or exists (select from network_location other where other.same_as_id = l.id)
            or exists (select from network_practitionerrole r where r.location_id = l.id));
  get diagnostics given = row_count;
  return given;
end $$;

-- Publish some places of one chunk, or with ``whole`` all of it and every bit of it. Those that are not to be listed
-- any more are taken off only with ``removing``: before that, those who worked there are published elsewhere. Returns
-- the places that are still to be taken off.
create function publication.publish_places(of_chunk integer, ids bigint[], whole boolean, removing boolean, today date)
returns bigint[] language plpgsql
set plan_cache_mode = force_custom_plan set jit = off set max_parallel_workers_per_gather = 0 set work_mem = '64MB'
set random_page_cost = 1.1 as $$
declare
  first integer := of_chunk * 4096;
  positions integer[];
  attributes integer[];
  areas integer[];
  rows_ listing_listedplace[];
  spots listing_listedlocation[];
  leaving bigint[];
begin
  if whole then
    ids := array(select location_id from publication_placenumber where pos between first and first + 4095);
    positions := array(select generate_series(first, first + 4095));
    attributes := array(select attr from listing_attributebits where chunk = of_chunk
                        union select attr from listing_attributetotal where chunk = of_chunk);
    areas := array(select distinct place from listing_placebits where chunk = of_chunk);
  else
    positions := array(select pos from publication_placenumber where location_id = any(ids));
    attributes := publication.attributes_at(positions);
    areas := publication.places_at(positions);
  end if;
  rows_ := array(select p from publication.places(ids, today) p);
  spots := array(select s from publication.place_spots(rows_) s);
  leaving := array(select id from listing_listedplace
                    where pos = any(positions) and id not in (select id from unnest(rows_)));

  insert into listing_listedplace
    select p.* from unnest(rows_) p left join listing_listedplace now using (id)
     where now.id is null or p is distinct from now
     order by p.id
  on conflict (id) do update set
    (pos, sort_key, name, organization, line1, line2, city, state, zip, county_fips, longitude, latitude, phone, fax,
     website, attrs, facts, approximate) =
    (excluded.pos, excluded.sort_key, excluded.name, excluded.organization, excluded.line1, excluded.line2,
     excluded.city, excluded.state, excluded.zip, excluded.county_fips, excluded.longitude, excluded.latitude,
     excluded.phone, excluded.fax, excluded.website, excluded.attrs, excluded.facts, excluded.approximate);

  insert into listing_listedlocation
    select s.* from unnest(spots) s left join listing_listedlocation now using (pos, plane)
     where now.pos is null or s is distinct from now
     order by s.pos
  on conflict (pos, plane) do update set
    (place_id, morton, longitude, latitude, areas, attrs, facts) =
    (excluded.place_id, excluded.morton, excluded.longitude, excluded.latitude, excluded.areas, excluded.attrs,
     excluded.facts);

  with wanted as materialized (
    select p.id as place_id, w as token from unnest(rows_) p, publication.name_words(p.name, p.organization) w),
  gone as (
    delete from listing_placetoken t
     where t.place_id = any(ids) and t.place_id in (select id from unnest(rows_))
       and not exists (select from wanted w where w.place_id = t.place_id and w.token = t.token))
  insert into listing_placetoken (token, place_id)
    select token, place_id from wanted w
     where not exists (select from listing_placetoken t
                        where t.place_id = any(ids) and t.place_id = w.place_id and t.token = w.token)
     order by 1, 2;

  insert into listing_otherplace (id, place_id)
    select l.id, l.same_as_id from network_location l
     where l.same_as_id in (select id from unnest(rows_))
     order by 1
  on conflict (id) do update set place_id = excluded.place_id where listing_otherplace.place_id <> excluded.place_id;
  delete from listing_otherplace other
   where place_id = any(ids)
     and not exists (select from network_location l where l.id = other.id and l.same_as_id = other.place_id);

  if removing then
    delete from listing_listedlocation where pos = any(positions) and pos not in (select pos from unnest(rows_));
    delete from listing_placetoken where place_id = any(leaving);
    delete from listing_otherplace where place_id = any(leaving);
    delete from listing_listedplace where id = any(leaving);
    leaving := '{}';
  end if;
  perform publication.write_bits(of_chunk, positions, attributes || publication.attributes_at(positions),
                                 areas || publication.places_at(positions));
  return leaving;
end $$;

-- Does the listing say of a chunk of places what the facts say? The first difference, or null.
create function publication.place_difference(of_chunk integer, today date) returns text language plpgsql stable
set plan_cache_mode = force_custom_plan set jit = off set max_parallel_workers_per_gather = 0
set work_mem = '64MB' as $$
declare
  first integer := of_chunk * 4096;
  last integer := of_chunk * 4096 + 4095;
  ids bigint[] := array(select location_id from publication_placenumber where pos between first and last);
  wanted_rows listing_listedplace[] := array(select p from publication.places(ids, today) p);
  difference text;
begin
  select format('place %s is listed otherwise than the facts say', coalesce(now.id, wanted.id)) into difference
    from unnest(wanted_rows) wanted
    full join (select * from listing_listedplace where pos between first and last) now using (id)
   where wanted is distinct from now order by id limit 1;
  if difference is not null then return difference; end if;

  select format('place %s lies otherwise than the facts say', coalesce(now.place_id, wanted.place_id)) into difference
    from publication.place_spots(wanted_rows) wanted
    full join (select * from listing_listedlocation where pos between first and last) now using (pos, plane)
   where wanted is distinct from now limit 1;
  if difference is not null then return difference; end if;

  select format('the names by which place %s is found are not those that are listed', coalesce(wanted.id, now.id))
    into difference
    from (select p.id, w as token from unnest(wanted_rows) p, publication.name_words(p.name, p.organization) w) wanted
    full join (select place_id as id, token from listing_placetoken where place_id = any(ids)) now using (id, token)
   where now.id is null or wanted.id is null limit 1;
  if difference is not null then return difference; end if;

  select format('place %s has other names than the sources say', coalesce(wanted.place_id, now.place_id))
    into difference
    from (select l.id, l.same_as_id as place_id from network_location l
           where l.same_as_id in (select id from unnest(wanted_rows))) wanted
    full join (select * from listing_otherplace where place_id = any(ids)) now using (id, place_id)
   where wanted.id is null or now.id is null limit 1;
  if difference is not null then return difference; end if;
  return publication.bit_difference(of_chunk);
end $$;
