-- Rows of the listing -> bits.

-- What the bits of some positions must be, read from the rows. Plane -2 says who has a fact of a location anywhere.
create function publication.attribute_bits(positions integer[])
returns table (attr integer, plane smallint, bits bit varying) language sql stable as $$
  select attr, plane, listing.bits_at(pos & 4095, 1)::bit varying
    from (select pos, -1::smallint as plane, unnest(attrs) as attr from listing_listedclinician
           where pos = any(positions)
          union all
          select pos, unnest(array[plane, -2::smallint]), attr
            from (select pos, plane, unnest(attrs) as attr from listing_listedlocation
                   where pos = any(positions)) here) held
   group by attr, plane
$$;

create function publication.place_bits(positions integer[])
returns table (place integer, plane smallint, bits bit varying) language sql stable as $$
  with here as materialized (
    select morton, areas, plane, listing.bits_at(pos & 4095, 1)::bit varying as bits
      from listing_listedlocation where pos = any(positions) group by morton, areas, plane),
  square as materialized (
    select morton, n.id::integer as place
      from (select distinct morton from here) m cross join generate_series(0, 16) d
      join listing_node n on n.depth = d and n.low = (morton >> (40 - 2 * d)) << (40 - 2 * d))
  select place, plane, bit_or(bits)
    from (select 0 as place, plane, bits from here
          union all select unnest(areas), plane, bits from here
          union all select place, plane, bits from square join here using (morton)) held
   group by place, plane
$$;

-- The numbers of all that the rows of some positions hold now, and of all places that they lie in.
create function publication.attributes_at(positions integer[]) returns integer[] language plpgsql stable as $$
begin
  return array(select unnest(attrs) from listing_listedclinician where pos = any(positions)
               union select unnest(attrs) from listing_listedlocation where pos = any(positions));
end $$;

create function publication.places_at(positions integer[]) returns integer[] language plpgsql stable as $$
begin
  return array(select distinct place from publication.place_bits(positions));
end $$;

create function publication.match_bits(positions integer[])
returns table (attr integer, bits bit varying) language sql stable as $$
  select released, listing.bits_at(pos & 4095, 1)::bit varying
    from (select distinct l.pos, l.attrs, unnest(t.implies) as released
            from listing_listedclinician l
            join self_description_answer a on a.clinician_id = l.npi and a.until is null and a.display = 'matching'
                                          and not a.declined
            join self_description_answervalue v on v.answer_id = a.id
            join code_sets_code c on c.id = v.code_id
            join listing_attribute t
              on t.code = c.code and t."group" = case when a.field in ('race', 'ethnicity') then 'race' else a.field end
           where l.pos = any(positions)
             and (a.field <> 'language' or v.proficiency in ('', '30', '40', '50'))) held
   where released <> all(attrs)
   group by released
$$;

-- A fact that no more of a chunk have in person, or anywhere, is kept as a list of them (vocabulary.py: SPARSE).
create function publication.sparse() returns integer language sql immutable as 'select 20';

-- Whether the bits of a row say of any of these positions what they should not. To ask of a few positions costs less
-- than to make a row anew; of many it is always true.
create function publication.is_wrong(positions integer[], bits bit varying, few smallint[], wanted bit varying)
returns boolean language plpgsql immutable as $$
declare
  pos integer;
begin
  if cardinality(positions) > 20 then
    return true;
  end if;
  foreach pos in array positions loop
    if coalesce(get_bit(bits, pos & 4095), ((pos & 4095) = any(few))::integer, 0)
       <> coalesce(get_bit(wanted, pos & 4095), 0) then
      return true;
    end if;
  end loop;
  return false;
end $$;

-- Rows -> bits, for some positions of a chunk: theirs are set anew, everyone else's stay, and only rows that change
-- are written. A row without a bit is deleted. ``attributes`` and ``places`` name what the positions held and hold.
create function publication.write_bits(of_chunk integer, positions integer[], attributes integer[], places integer[])
returns void language plpgsql as $$
declare
  others bit varying := ~(select listing.bits_at(pos & 4095, 1)::bit varying from unnest(positions) pos);
begin
  perform publication.note(positions);
  with after as materialized (
    select attr, plane, now.bits as old, now.few as old_few,
           coalesce(listing.bits_of(now.bits, now.few) & others, listing.nobody())
             | coalesce(mine.bits, listing.nobody()) as bits
      from (select * from listing_attributebits where chunk = of_chunk and attr = any(attributes)) now
      full join publication.attribute_bits(positions) mine using (attr, plane)
     where publication.is_wrong(positions, now.bits, now.few, mine.bits)),
  kept as materialized (
    select attr, plane, old, old_few, held, case when not sparse then bits end as bits,
           case when sparse then array(select off::smallint from listing.ones(after.bits)) end as few
      from after, bit_count(bits) held, lateral (select held <= publication.sparse() and plane < 0 as sparse) way),
  gone as (
    delete from listing_attributebits b using kept k
     where b.chunk = of_chunk and b.attr = k.attr and b.plane = k.plane and held = 0),
  written as (
    insert into listing_attributebits (chunk, attr, plane, bits, few)
      select of_chunk, attr, plane, bits, few from kept
       where held > 0 and (bits is distinct from old or few is distinct from old_few) order by attr, plane
    on conflict (chunk, attr, plane) do update set bits = excluded.bits, few = excluded.few),
  total as materialized (select attr, held as clinicians from kept where plane < 0),
  empty as (
    delete from listing_attributetotal t using total
     where t.chunk = of_chunk and t.attr = total.attr and total.clinicians = 0)
  insert into listing_attributetotal (chunk, attr, clinicians)
    select of_chunk, attr, clinicians
      from total
      left join (select attr, clinicians as old from listing_attributetotal where chunk = of_chunk) now using (attr)
     where clinicians > 0 and clinicians is distinct from old order by attr
  on conflict (chunk, attr) do update set clinicians = excluded.clinicians;

  with after as materialized (
    select place, plane, now.bits as old,
           coalesce(now.bits & others, listing.nobody()) | coalesce(mine.bits, listing.nobody()) as bits
      from (select * from listing_placebits where chunk = of_chunk and place = any(places)) now
      full join publication.place_bits(positions) mine using (place, plane)
     where publication.is_wrong(positions, now.bits, null, mine.bits)),
  gone as (
    delete from listing_placebits b using after a
     where b.chunk = of_chunk and b.place = a.place and b.plane = a.plane and bit_count(a.bits) = 0)
  insert into listing_placebits (place, chunk, plane, bits)
    select place, of_chunk, plane, bits from after where bits is distinct from old and bit_count(bits) > 0
     order by place, plane
  on conflict (place, chunk, plane) do update set bits = excluded.bits;
end $$;

-- Answers released for matching -> match bits, in the same way.
create function publication.write_match_bits(of_chunk integer, positions integer[]) returns void language plpgsql as $$
declare
  others bit varying := ~(select listing.bits_at(pos & 4095, 1)::bit varying from unnest(positions) pos);
begin
  perform publication.note(positions);
  with after as materialized (
    select attr, now.bits as old,
           coalesce(now.bits & others, listing.nobody()) | coalesce(mine.bits, listing.nobody()) as bits
      from (select * from publication_matchbits where chunk = of_chunk) now
      full join publication.match_bits(positions) mine using (attr)
     where publication.is_wrong(positions, now.bits, null, mine.bits)),
  gone as (
    delete from publication_matchbits b using after a
     where b.chunk = of_chunk and b.attr = a.attr and bit_count(a.bits) = 0)
  insert into publication_matchbits (chunk, attr, bits)
    select of_chunk, attr, bits from after where bits is distinct from old and bit_count(bits) > 0
     order by attr
  on conflict (chunk, attr) do update set bits = excluded.bits;
end $$;
