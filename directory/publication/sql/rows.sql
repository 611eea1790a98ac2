-- Facts and shown answers -> rows of clinicians in the listing.

-- Sources write names in capitals; people do not.
create function publication.name_case(name text) returns text language sql immutable as $$
  select case when name <> upper(name) or name !~ '[A-Z]{2}' then name
              when name ~ '^MC[A-Z]{3,}$' then 'Mc' || initcap(substr(name, 3))
              else initcap(name) end
$$;

-- The roles that count on a day, each at the place that is listed for its location; places are published before those
-- who work there. A clinician's plane 0 is their primary location.
create function publication.roles(npis bigint[], today date)
returns table (npi bigint, plane smallint, role_id bigint, place_id bigint) language sql stable as $$
  select clinician_id,
         (row_number() over (partition by clinician_id order by is_primary desc, location_id, r.id))::smallint - 1,
         r.id, p.id
    from network_practitionerrole r
    join network_location l on l.id = r.location_id
    join listing_listedplace p on p.id = coalesce(l.same_as_id, l.id)
   where clinician_id = any(npis)
     and (starts_on is null or starts_on <= today) and (r.ends_on is null or r.ends_on >= today)
$$;

-- What the clinicians chose to show, one row per code; stated facts only where the clinician has said nothing.
create function publication.shown(npis bigint[])
returns table (npi bigint, field text, code text, proficiency text, tested_on date, completed_on date, hours smallint,
               stated_by text, as_of date, rank integer) language sql stable as $$
  with said as materialized (
    select id, clinician_id, field, display = 'shown' and not declined as is_shown
      from self_description_answer where clinician_id = any(npis) and until is null)
  select a.clinician_id, a.field, c.code, v.proficiency, v.tested_on, v.completed_on, v.hours, null, null::date, c.rank
    from said a
    join self_description_answervalue v on v.answer_id = a.id
    join code_sets_code c on c.id = v.code_id
   where a.is_shown and c.filterable
  union all
  (select distinct on (s.clinician_id, s.language)
         s.clinician_id, 'language', s.language, s.proficiency, null::date, null::date, null::smallint,
         s.stated_by, s.as_of, c.rank
    from network_statedlanguage s
    join code_sets_code c on c.kind = 'language' and c.code = s.language
   where s.clinician_id = any(npis)
     and not exists (select from said a where a.clinician_id = s.clinician_id and a.field = 'language')
   order by s.clinician_id, s.language, s.proficiency desc, s.source)
  union all
  select n.npi, 'gender', n.gender, '', null::date, null::date, null::smallint, null, null::date, 0
    from network_clinician n
   where n.npi = any(npis) and n.gender <> ''
     and not exists (select from said a where a.clinician_id = n.npi and a.field = 'gender')
$$;

-- Clinicians under the names that stand in the listing: their own, or the stated ones; no row where none may be shown.
-- Each comes with all facts, for whoever joined them by NPI once more would have the planner expect a handful of a
-- chunk. For the same reason the condition is a CASE, which it takes for true of half of them whatever it knows of
-- answers.
create function publication.names(npis bigint[])
returns table (given text, middle text, family text, suffix text, goes_by text, clinician network_clinician)
language sql stable as $$
  select case when a.id is null then publication.name_case(n.given_name) else own.given_name end,
         case when a.id is null then publication.name_case(n.middle_name) else own.middle_name end,
         case when a.id is null then publication.name_case(n.family_name) else own.family_name end,
         case when a.id is null then n.suffix else own.suffix end,
         case when a.id is null then n.preferred_name else '' end, n
    from network_clinician n
    left join self_description_answer a on a.clinician_id = n.npi and a.until is null and a.field = 'name'
    left join self_description_correctedname own on own.answer_id = a.id
   where n.npi = any(npis)
     and case when a.id is null then true else a.display = 'shown' and own.answer_id is not null end
$$;

-- Whether a clinician may stand under no name, and so is not listed.
create function publication.is_unnamed(of bigint) returns boolean language sql stable cost 10000 as $$
  select not exists (select from publication.names(array[of]))
$$;

-- The rows of those who are listed among clinicians with a role that counts: active, and under a name.
create function publication.clinicians(npis bigint[], today date) returns setof listing_listedclinician
language sql stable as $$
  with shown as materialized (select * from publication.shown(npis)),
  named as materialized (
    select m.given, m.middle, m.family, m.suffix as own_suffix, m.goes_by, (m.clinician).*
      from publication.names(npis) m),
  grouped as (
    select npi, case when field in ('race', 'ethnicity') then 'race' else field end as "group", code from shown
     where field <> 'language' or proficiency in ('', '30', '40', '50')
    union all
    select npi, 'specialty', unnest(specialties) from named
    union all
    select clinician_id, 'affiliation', organization_id::text from network_affiliation where clinician_id = any(npis)),
  held as (
    select npi, array_agg(implied) as attrs
      from (select distinct npi, unnest(a.implies) as implied
              from grouped join listing_attribute a using ("group", code) order by 1, 2) each group by npi),
  languages as (
    select npi,
           jsonb_agg(jsonb_build_array(code, proficiency, stated_by, coalesce(tested_on, as_of)) order by rank, code)
             as list
      from shown where field = 'language' and proficiency not in ('00', '10') group by npi),
  shared as (
    select npi, jsonb_object_agg("group", list) as fields
      from (select npi, case when field = 'ethnicity' then 'race' else field end as "group",
                   jsonb_agg(case when field = 'competency'
                                  then jsonb_build_array(code, to_char(completed_on, 'YYYY-MM'), hours)
                                  else to_jsonb(code) end order by rank, code) as list
              from shown where field not in ('language', 'gender') group by 1, 2) each group by npi),
  written as (
    select clinician_id as npi, jsonb_object_agg("group" || '_text', text) as fields
      from (select clinician_id, case when field = 'ethnicity' then 'race' else field end as "group",
                   string_agg(written_in, '; ' order by field desc) as text
              from self_description_answer
             where clinician_id = any(npis) and until is null and display = 'shown' and written_in <> ''
               and field in ('race', 'ethnicity', 'pronouns', 'competency', 'population') group by 1, 2) each
     group by clinician_id),
  hospitals as (
    select clinician_id as npi, jsonb_agg(jsonb_build_array(npi::text, name) order by name, npi) as list
      from (select distinct a.clinician_id, o.npi, o.name from network_affiliation a
              join network_organization o on o.npi = a.organization_id where a.clinician_id = any(npis)) each
     group by clinician_id)
  select number.pos, n.npi,
         concat_ws(' ', nullif(n.given, ''), nullif(n.middle, ''), n.family, nullif(n.own_suffix, '')), n.goes_by,
         code_sets_fold(concat_ws(' ', n.family, n.given, n.middle)),
         case when n.credential = lower(n.credential) then upper(n.credential) else n.credential end,
         coalesce(n.checked_on, n.source_updated_on, n.enumerated_on), n.checked_on is not null,
         coalesce(held.attrs, '{}'),
         jsonb_strip_nulls(jsonb_build_object(
           'name', jsonb_build_object('first', n.given, 'middle', nullif(n.middle, ''), 'last', n.family,
                                      'suffix', nullif(n.own_suffix, '')),
           'specialties', to_jsonb(n.specialties),
           'gender', gender.code,
           'languages', languages.list,
           'shared', coalesce(shared.fields, '{}') || coalesce(written.fields, '{}'),
           'telehealth', to_jsonb(n.telehealth_modes),
           'affiliations', hospitals.list))
    from named n
    join publication_number number on number.clinician_id = n.npi
    left join held using (npi) left join languages using (npi) left join shared using (npi)
    left join written using (npi) left join hospitals using (npi)
    left join (select npi, min(code) as code from shown where field = 'gender' group by npi) gender using (npi)
   where n.deactivated_on is null or n.deactivated_on > today
$$;

create function publication.locations(npis bigint[], today date) returns setof listing_listedlocation
language sql stable as $$
  with spot as materialized (
    select number.pos, counted.plane, r.*, p.id as place_id, p.latitude, p.longitude, p.state, p.county_fips,
           p.attrs as of_place
      from publication.roles(npis, today) counted
      join network_practitionerrole r on r.id = counted.role_id
      join listing_listedplace p on p.id = counted.place_id
      join publication_number number on number.clinician_id = counted.npi),
  grouped as (
    select pos, plane, 'accepting' as "group", accepting as code from spot where accepting <> ''
    union all select pos, plane, 'telehealth', 'yes' from spot where telehealth
    union all select pos, plane, 'ages', concat(age_from, '-', age_to) from spot
    union all select pos, plane, 'network', unnest(networks) from spot
    union all select pos, plane, 'uncontracted', 'yes' from spot where source = 'nppes_address'),
  held as (
    select pos, plane, array_agg(implied) as attrs
      from (select distinct pos, plane, unnest(a.implies) as implied
              from grouped join listing_attribute a using ("group", code) order by 1, 2, 3) each group by pos, plane)
  select s.pos, s.plane, listing.morton(s.longitude, s.latitude), s.longitude, s.latitude,
         array_remove(array[-(select fips from code_sets_state where code = s.state),
                            -nullif(s.county_fips, '')::integer], null),
         of_place || coalesce(held.attrs, '{}'),
         jsonb_build_object('accepting', s.accepting, 'networks', to_jsonb(s.networks), 'telehealth', s.telehealth,
                            'ages', jsonb_build_array(s.age_from, s.age_to), 'primary', s.is_primary,
                            'contracted', s.source <> 'nppes_address'),
         s.place_id
    from spot s left join held using (pos, plane)
$$;

-- The words by which a clinician or a place is found: those of the shown names, and where these have apostrophes
-- the same without them (OBrien).
create function publication.name_words(name text, other text) returns setof text language sql immutable as $$
  select distinct w
    from string_to_table(code_sets_fold(name || ' ' || other)
                         || case when name || other ~ '[''’ʼ]'
                                 then ' ' || code_sets_fold(translate(name || ' ' || other, '''’ʼ', '')) else '' end,
                         ' ') w
   where w <> ''
$$;

-- Facts -> rows, for some clinicians of one chunk, or with ``whole`` everyone; true when any public row changed.
create function publication.write_rows(npis bigint[], whole boolean, today date) returns boolean language plpgsql as $$
declare
  mine integer[] := array(select pos from publication_number where clinician_id = any(npis));
  low integer := (select min(pos) from unnest(mine) pos);
  high integer := (select max(pos) from unnest(mine) pos);
  spots listing_listedlocation[] := array(select l from publication.locations(npis, today) l);
  working bigint[] := array(select clinician_id from publication_number where pos in (select pos from unnest(spots)));
  people listing_listedclinician[] := array(select c from publication.clinicians(working, today) c);
  gone_words text[];
  come_words text[];
  written bigint := 0;
  n bigint;
begin
  -- Who is not listed has no location either.
  spots := array(select s from unnest(spots) s join unnest(people) p using (pos));

  delete from listing_listedlocation now
   where now.pos between low and high and now.pos = any(mine)
     and not exists (select from unnest(spots) s where s.pos = now.pos and s.plane = now.plane);
  get diagnostics n = row_count; written := written + n;
  delete from listing_listedclinician now
   where now.pos between low and high and now.pos = any(mine)
     and not exists (select from unnest(people) p where p.pos = now.pos);
  get diagnostics n = row_count; written := written + n;

  insert into listing_listedclinician
    select p.* from unnest(people) p
      left join (select * from listing_listedclinician where pos between low and high) now using (pos)
     where now.pos is null or p is distinct from now
     order by p.pos
  on conflict (pos) do update set
    (npi, name, goes_by, sort_key, credential, checked_on, checked, attrs, facts) =
    (excluded.npi, excluded.name, excluded.goes_by, excluded.sort_key, excluded.credential, excluded.checked_on,
     excluded.checked, excluded.attrs, excluded.facts);
  get diagnostics n = row_count; written := written + n;

  insert into listing_listedlocation
    select s.* from unnest(spots) s
      left join (select * from listing_listedlocation where pos between low and high) now using (pos, plane)
     where now.pos is null or s is distinct from now
     order by s.pos, s.plane
  on conflict (pos, plane) do update set
    (place_id, morton, longitude, latitude, areas, attrs, facts) =
    (excluded.place_id, excluded.morton, excluded.longitude, excluded.latitude, excluded.areas, excluded.attrs,
     excluded.facts);
  get diagnostics n = row_count; written := written + n;

  with wanted as materialized (
    select p.pos, w as token from unnest(people) p, publication.name_words(p.name, p.goes_by) w),
  gone as (
    delete from listing_nametoken t
     where t.pos between low and high and t.pos = any(mine)
       and not exists (select from wanted w where w.pos = t.pos and w.token = t.token)
    returning token),
  come as (
    insert into listing_nametoken (token, pos)
      select token, pos from wanted w
       where not exists (select from listing_nametoken t
                          where t.pos between low and high and t.pos = w.pos and t.token = w.token)
       order by 1, 2
    returning token)
  select array(select token from gone), array(select token from come) into gone_words, come_words;
  written := written + cardinality(gone_words || come_words);
  if whole then
    come_words := array(select token from listing_nametoken where pos = any(mine));
  end if;
  perform publication.write_spellings(mine, gone_words, come_words);
  return written > 0;
end $$;
