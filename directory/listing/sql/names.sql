-- WHO: clinicians and groups by their names, and a name that nobody bears by those that are spelt nearly like it.

-- WHO: the words of a name, in any order, each the beginning of a word of the name or another form of it;
-- or all of them in the name of the group at the location. Ten digits are an NPI. A word that another one begins with
-- says nothing more; of the others the first six are taken, so that nobody can ask for much with many words. Single
-- letters begin a word in the names of half of all groups: without a longer word they must be words there.
create function listing.named(words text) returns table (chunk integer, plane smallint, bits bit varying)
language sql stable as $$
  with said as (select w, min(nth) as nth
                  from unnest(string_to_array(code_sets_fold(words), ' ')) with ordinality as t (w, nth) group by w),
  word as (select w, 1 << row_number() over (order by nth)::integer as bit from said
            where w <> '' and not exists (select from said longer where longer.w <> said.w and starts_with(longer.w, said.w))
            order by nth limit 6),
  ending as (select case max(length(w)) when 1 then chr(1) else chr(1114111) end as past from word),
  -- A letter begins a word of every fourth name: each word is a bitmap before the words meet.
  bearer as (
    select bit, pos >> 12 as chunk, listing.bits_at(pos & 4095, 1) as bits from (
      select bit, t.pos from word join listing_nametoken t on t.token >= w and t.token < w || chr(1114111)
      union all
      select bit, t.pos from word join code_sets_nickname n on n.name = w join listing_nametoken t on t.token = n.other
    ) found group by 1, 2),
  place as (
    select place_id from (
      select bit, t.place_id from word cross join ending
        join listing_placetoken t on t.token >= w and t.token < w || past
    ) found group by place_id having bit_or(bit) = (select bit_or(bit) from word) order by place_id)
  select chunk, -1::smallint, bit_and(bits)::bit varying from bearer group by chunk
  having count(*) = (select count(*) from word) and bit_count(bit_and(bits)) > 0
  union all
  select pos >> 12, -1::smallint, listing.bits_at(pos & 4095, 1)::bit varying from listing_listedclinician
   where npi = case when replace(code_sets_fold(words), ' ', '') ~ '^\d{10}$'
                    then replace(code_sets_fold(words), ' ', '')::bigint end
   group by 1
  union all
  select l.pos >> 12, l.plane, listing.bits_at(l.pos & 4095, 1)::bit varying
    -- OFFSET 0: place by place by the index, in its order, never the whole listing merged with a few places.
    from place cross join lateral (select pos, plane from listing_listedlocation o
                                    where o.place_id = place.place_id offset 0) l
   group by 1, 2
$$;

create function listing.narrow_named(hits listing.hit[], chunks integer[], planes smallint[], sets bit varying[])
returns listing.hit[] language plpgsql stable as $$
begin
  return array(
    select row(h.own, h.chunk, h.plane, h.bits & bit_or(n.bits), h.edge & bit_or(n.bits))::listing.hit
      from unnest(hits) h
      join unnest(chunks, planes, sets) as n (chunk, plane, bits) on n.chunk = h.chunk and n.plane in (-1, h.plane)
     group by h.own, h.chunk, h.plane, h.bits, h.edge
    having bit_count(h.bits & bit_or(n.bits)) + coalesce(bit_count(h.edge & bit_or(n.bits)), 0) > 0);
end $$;

-- One word of a search read as the word ``token`` of somebody's name, ``edits`` typos away. ``bearers`` stops at 300.
-- Of several readings the dearer is the less likely: a typo costs as much as e⁴ bearers are worth.
create type listing.reading as (token text, edits integer, bearers integer, cost float8);

-- Where in a word of a to z each letter stands, as bits.
create function listing.letters(word text) returns bigint[] language plpgsql immutable strict parallel safe as $$
declare
  letters bigint[] := array_fill(0::bigint, array[26]);
begin
  for i in 1..least(length(word), 62) loop
    letters[ascii(substr(word, i, 1)) - 96] := letters[ascii(substr(word, i, 1)) - 96] | (1::bigint << i - 1);
  end loop;
  return letters;
end $$;

-- How many letters must be put in, left out, replaced or swapped with their neighbour to make one word of the other
-- (Hyyrö 2003: a column of Damerau's table at a time, its steps up and down as bits).
create function listing.edits(letters bigint[], long integer, other text) returns integer
language plpgsql immutable strict parallel safe as $$
declare
  edits integer := long;
  last bigint := 1::bigint << long - 1;
  up bigint := -1; down bigint := 0; same bigint := 0; before bigint := 0;
  here bigint; higher bigint; lower bigint;
begin
  for i in 1..length(other) loop
    here := letters[ascii(substr(other, i, 1)) - 96];
    same := (((here & up) + up) # up) | here | down | (((~same & here) << 1) & before);
    higher := down | ~(same | up);
    lower := same & up;
    if higher & last <> 0 then
      edits := edits + 1;
    elsif lower & last <> 0 then
      edits := edits - 1;
    end if;
    higher := higher << 1 | 1;
    up := lower << 1 | ~(same | higher);
    down := higher & same;
    before := here;
  end loop;
  return edits;
end $$;

-- How a word may have been meant: as it stands, as another form or the beginning of it, or with up to ``most`` typos.
create function listing.readings(word text, most integer) returns setof listing.reading language plpgsql stable as $$
declare
  long integer := length(word);
  letters bigint[];
begin
  if word ~ '^[a-z]{2,60}$' then
    letters := listing.letters(word);
  end if;
  return query
    with near as materialized (
      select s.token, listing.edits(letters, long, s.token) as edits
        from listing_spelling s
       where letters is not null and listing_pieces(s.token, 2) && listing_pieces(word, most)
         and length(s.token) between long - most and long + most),
    meant as (
      select word as token, 0 as edits, 0.0 as cost
      union all
      select other, 0, 1.2 from code_sets_nickname where name = word
      union all
      (select s.token, 0, 2.0 from listing_spelling s
        where s.token > word and s.token < word || chr(1114111)
          and not exists (select from listing_nametoken t where t.token = word)
        order by (select count(*) from (select from listing_nametoken t where t.token = s.token limit 300) b) desc limit 3)
      union all
      -- A letter put between two that are swapped counts three here; in a long word it is one typo more.
      select near.token, least(near.edits, most), 4.0 * near.edits from near
       where near.edits between 1 and case when long > 5 and most = 2 then 3 when long > 3 then most else 1 end)
    select token, min(edits), bearers, min(cost) - ln(bearers)
      from (select m.*, (select count(*) from (select from listing_nametoken t where t.token = m.token limit 300) b)::integer
                     as bearers from meant m offset 0) counted
     where bearers > 0 group by token, bearers;
end $$;

-- Who bears all of these words, at most so many (null: all).
create function listing.bearing(words listing.reading[], most integer) returns integer[] language plpgsql stable as $$
declare
  rarest text := (select token from unnest(words) order by bearers limit 1);
begin
  return array(
    select t.pos from listing_nametoken t
     where t.token = rarest
       and not exists (select from unnest(words) w
                        where w.token <> rarest
                          and not exists (select from listing_nametoken o where o.token = w.token and o.pos = t.pos))
     limit most);
end $$;

create type listing.respelling as (words listing.reading[], edits integer, cost float8);

-- The names that may have been meant by words that hardly anybody bears, the likeliest first, and who bears them.
-- One typo comes before two; then what more clinicians bear. ``searched`` are those who are shown: the likeliest, and
-- with it others while all their bearers fit on half a page; ``others`` are the next ones. With ``borne`` somebody
-- bears the words as they stand: then nobody is shown instead, and there are only others, if these are likelier.
-- Three words are read with one typo, more not at all; no more combinations than the limits are looked at. Names that
-- very many bear, though nobody together, would cost seconds.
create function listing.respelt(words text[], borne boolean, out searched text[], out others text[], out positions integer[])
language plpgsql stable set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  found listing.respelling[];
  way listing.respelling;
  mine integer[];
begin
  searched := '{}'; others := '{}'; positions := '{}';
  if cardinality(words) > 3 then
    return;
  end if;
  for most in 1..case when cardinality(words) = 3 then 1 else 2 end loop
    found := array[row('{}', 0, 0)::listing.respelling];
    for nth in 1..cardinality(words) loop
      found := array(
        select row(f.words || r, f.edits + r.edits, f.cost + r.cost)::listing.respelling
          from listing.readings(words[nth], most) r cross join unnest(found) f
         where f.edits + r.edits <= most and not exists (select from unnest(f.words) w where w.token = r.token)
         order by f.cost + r.cost limit 300);
    end loop;
    for way in select * from unnest(found) f where f.edits = most or borne and f.edits = 0
                order by f.cost limit case cardinality(respelt.words) when 3 then 40 else 120 end loop
      mine := listing.bearing(way.words, 11);
      continue when mine = '{}';
      if way.edits = 0 then
        exit when others = '{}';
      elsif not borne and searched = '{}' then
        positions := listing.bearing(way.words, null);
        searched := searched || listing.said(way);
      elsif not borne and cardinality(positions || mine) <= 10 then
        positions := positions || mine;
        searched := searched || listing.said(way);
      else
        others := others || listing.said(way);
      end if;
      -- One word more is read at once; of several, each combination must be looked up.
      exit when cardinality(others) = 3 or cardinality(searched) = 6
                or cardinality(positions) >= 10 and cardinality(words) > 1;
    end loop;
    exit when searched <> '{}' or others <> '{}' or borne;
  end loop;
end $$;

create function listing.said(way listing.respelling) returns text language sql immutable as $$
  select string_agg(token, ' ' order by nth) from unnest((way).words) with ordinality as w (token, edits, bearers, cost, nth)
$$;

-- WHO, for a search: the bits of those who are named by the words, or unless ``exact`` of those who are meant when nobody
-- is. ``spelling`` is null, or {searched: [name, ...], others: [name, ...]} in folded words.
create function listing.who(words text, exact boolean, out chunks integer[], out planes smallint[], out sets bit varying[],
                            out spelling json)
language plpgsql stable as $$
declare
  meant record;
begin
  select coalesce(array_agg(n.chunk), '{}'), array_agg(n.plane), array_agg(n.bits)
    into chunks, planes, sets from listing.named(words) n;
  if exact or (select sum(bit_count(bits)) > 10 from unnest(sets) bits) then
    return;
  end if;
  meant := listing.respelt(string_to_array(code_sets_fold(words), ' '), chunks <> '{}');
  if meant.searched <> '{}' or meant.others <> '{}' then
    spelling := json_build_object('searched', meant.searched, 'others', meant.others);
  end if;
  if meant.positions <> '{}' then
    select array_agg(chunk), array_agg(-1), array_agg(bits) into chunks, planes, sets
      from (select pos >> 12 as chunk, listing.bits_at(pos & 4095, 1)::bit varying as bits
              from unnest(meant.positions) pos group by 1) each;
  end if;
end $$;
