-- Does the listing say what the facts and the shown answers say? Names no value.

-- Do the bits of a chunk say what its rows say? The first difference, or null.
create function publication.bit_difference(of_chunk integer) returns text language plpgsql stable as $$
declare
  positions integer[] := array(select generate_series(of_chunk * 4096, of_chunk * 4096 + 4095));
  difference text;
begin
  select format('the bits of attribute number %s in chunk %s differ from the rows', attr, of_chunk) into difference
    from publication.attribute_bits(positions) wanted
    full join (select attr, plane, listing.bits_of(bits, few) as bits, few is not null as sparse
                 from listing_attributebits where chunk = of_chunk) now using (attr, plane)
   where wanted.bits is distinct from now.bits
      or now.sparse <> (plane < 0 and bit_count(now.bits) <= publication.sparse())
   order by attr, plane limit 1;
  if difference is not null then return difference; end if;

  select format('the total of attribute number %s in chunk %s differs from the rows', attr, of_chunk) into difference
    from (select attr, bit_count(bits) as clinicians from publication.attribute_bits(positions) where plane < 0) wanted
    full join (select attr, clinicians from listing_attributetotal where chunk = of_chunk) now using (attr)
   where wanted.clinicians is distinct from now.clinicians order by attr limit 1;
  if difference is not null then return difference; end if;

  select format('the bits of place number %s in chunk %s differ from the rows', place, of_chunk) into difference
    from publication.place_bits(positions) wanted
    full join (select place, plane, bits from listing_placebits where chunk = of_chunk) now using (place, plane)
   where wanted.bits is distinct from now.bits order by place limit 1;
  return difference;
end $$;

-- Does the listing say of a chunk of clinicians what facts and answers say? The first difference, or null.
create function publication.difference(of_chunk integer, today date) returns text language plpgsql stable
set plan_cache_mode = force_custom_plan set jit = off set max_parallel_workers_per_gather = 0
set work_mem = '64MB' as $$
declare
  first integer := of_chunk * 4096;
  last integer := of_chunk * 4096 + 4095;
  npis bigint[] := array(select clinician_id from publication_number where pos between first and last);
  working bigint[] := array(select distinct npi from publication.roles(npis, today));
  positions integer[] := array(select generate_series(of_chunk * 4096, of_chunk * 4096 + 4095));
  difference text;
begin
  select format('NPI %s is listed otherwise than the facts say', coalesce(now.npi, wanted.npi)) into difference
    from publication.clinicians(working, today) wanted
    full join (select * from listing_listedclinician where pos between first and last) now using (pos)
   where wanted is distinct from now order by pos limit 1;
  if difference is not null then return difference; end if;

  select format('the %s. location of NPI %s is listed otherwise than the facts say', plane + 1,
                (select clinician_id from publication_number n where n.pos = q.pos)) into difference
    from (select pos, plane
            from (select l.* from publication.locations(npis, today) l
                    join listing_listedclinician c on c.pos = l.pos) wanted
            full join (select * from listing_listedlocation where pos between first and last) now using (pos, plane)
           where wanted is distinct from now) q order by pos, plane limit 1;
  if difference is not null then return difference; end if;

  select format('the names by which NPI %s is found are not those that are listed',
                (select clinician_id from publication_number n where n.pos = q.pos)) into difference
    from (select coalesce(wanted.pos, now.pos) as pos
            from (select c.pos, w as token from listing_listedclinician c, publication.name_words(c.name, c.goes_by) w
                   where c.pos between first and last) wanted
            full join (select pos, token from listing_nametoken where pos between first and last) now
              on now.pos = wanted.pos and now.token = wanted.token
           where now.pos is null or wanted.pos is null) q order by pos limit 1;
  if difference is not null then return difference; end if;

  difference := publication.bit_difference(of_chunk);
  if difference is not null then return difference; end if;

  if exists (select from publication.match_bits(positions) wanted
               full join (select attr, bits from publication_matchbits where chunk = of_chunk) now using (attr)
              where wanted.bits is distinct from now.bits) then
    return format('the match bits of chunk %s differ from the answers', of_chunk);
  end if;
  return null;
end $$;

-- Rows that belong to no numbered clinician and no numbered place.
create function publication.strays() returns text language sql stable as $$
  select coalesce(
    (select format('position %s is listed and belongs to nobody', pos) from listing_listedclinician
      where pos not in (select pos from publication_number) limit 1),
    (select format('NPI %s stands at a position that is not theirs', c.npi) from listing_listedclinician c
       join publication_number n using (pos) where n.clinician_id <> c.npi limit 1),
    (select format('place %s stands at a position that is not its own', p.id) from listing_listedplace p
      where not exists (select from publication_placenumber n where n.location_id = p.id and n.pos = p.pos) limit 1),
    (select format('a location at position %s has no listed clinician', pos) from listing_listedlocation
      where pos < listing.first_place() and pos not in (select pos from listing_listedclinician) limit 1),
    (select format('a location at position %s has no listed place', pos) from listing_listedlocation
      where place_id not in (select id from listing_listedplace)
         or pos >= listing.first_place() and pos not in (select pos from listing_listedplace) limit 1),
    (select format('a name is found at position %s, where nobody is listed', pos) from listing_nametoken
      where pos not in (select pos from listing_listedclinician) limit 1),
    (select 'a word that nobody''s name has is kept for misspelt names' from listing_spelling
      where token not in (select token from listing_nametoken) limit 1),
    (select 'a word of a name is not kept for misspelt names' from listing_nametoken
      where token ~ '^[a-z]{2,}$' and token not in (select token from listing_spelling) limit 1),
    (select format('a name is found at place %s, which is not listed', place_id) from listing_placetoken
      where place_id not in (select id from listing_listedplace) limit 1),
    (select format('place %s is another name of no place', id) from listing_otherplace
      where place_id not in (select id from listing_listedplace) limit 1),
    (select format('chunk %s has bits and no clinician', chunk)
       from (select chunk from listing_attributebits union select chunk from listing_attributetotal
             union select chunk from listing_placebits
             union select chunk from publication_matchbits) q
      where chunk not in (select pos >> 12 from publication_number
                          union select pos >> 12 from publication_placenumber) limit 1),
    (select format('attribute number %s does not imply what its code set says', attr)
       from listing_attribute a join publication.implied() w using (attr) where a.implies <> w.implies limit 1),
    (select format('a square of the tree of places has %s parts', count(*)) from listing_node
      where parent_id is not null group by parent_id having count(*) <> 4 limit 1),
    (select format('square %s of the tree of places is not where its numbers say, or is no leaf', id)
       from listing_node n
      where not n.box ~= publication.box_of(n.depth, n.low)
         or n.leaf = exists (select from listing_node part where part.parent_id = n.id) limit 1))
$$;
