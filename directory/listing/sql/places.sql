-- Places as what is looked for: they stand at positions from first_place on, each at its one location.

-- Who works at a place.
create function listing.there(at_place bigint) returns table (chunk integer, plane smallint, bits bit varying)
language sql stable as $$
  select pos >> 12, plane, listing.bits_at(pos & 4095, 1)::bit varying
    from listing_listedlocation where place_id = at_place and pos < listing.first_place() group by 1, 2
$$;

-- One page by name after (after_key, after_id).
create function listing.places_by_name(hits listing.hit[], total bigint, after_key text, after_id bigint, size integer)
returns listing.spot[] language plpgsql stable as $$
declare
  sets bit varying[];
  first integer; last integer;
begin
  if total <= 2 * listing.few() then
    return array(
      select row(p.pos, p.id, 0, null)::listing.spot
        from (select chunk, bit_or(bits) as bits from unnest(hits) where own = 0 group by chunk) h
        cross join lateral listing.ones(h.bits) o
        join listing_listedplace p on p.pos = h.chunk * 4096 + o.off
       where after_id is null or (p.sort_key, p.id) > (after_key collate "C", after_id)
       order by p.sort_key, p.id limit size);
  end if;
  sets := listing.laid_out(hits, 0::smallint);
  select min(chunk), max(chunk) into first, last from unnest(hits);
  return array(
    select row(p.pos, p.id, 0, null)::listing.spot
      from listing_listedplace p
     where (after_id is null or (p.sort_key, p.id) > (after_key collate "C", after_id))
       and p.pos >> 12 between first and last
       and get_bit(coalesce(sets[1 + (p.pos >> 12) - first], listing.nobody()), p.pos & 4095) = 1
     order by p.sort_key, p.id limit size);
end $$;

-- What a row of places says: a jsonb array in the order of the page.
create function listing.place_cards(page listing.spot[]) returns json language plpgsql stable as $$
begin
  return (select coalesce(json_agg(to_jsonb(p) - '{pos,attrs}'::text[] || jsonb_build_object('metres', s.metres)
                                    order by s.nth), '[]')
            from unnest(page) with ordinality as s (pos, npi, plane, metres, nth)
            join listing_listedplace p on p.pos = s.pos);
end $$;

-- A place by its number, or by one that it has in another source; null for one that is not listed.
create function listing.one_place(wanted bigint) returns jsonb language sql stable as $$
  select to_jsonb(p) - '{pos,attrs}'::text[] from listing_listedplace p
   where p.id = coalesce((select place_id from listing_otherplace where id = wanted), wanted)
$$;
