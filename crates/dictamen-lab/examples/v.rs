use dictamen_engine::*;
fn main() {
    for dir in std::env::args().skip(1) {
        let mut source = PolicySource::new();
        for f in std::fs::read_dir(&dir).unwrap() { let f=f.unwrap(); if f.file_type().unwrap().is_file() { source.insert(f.file_name().to_str().unwrap(), std::fs::read(f.path()).unwrap()); } }
        let loaded = Policy::load(&source).unwrap();
        for w in &loaded.warnings { println!("{w}"); }
        let t=std::time::Instant::now();
        let inv = match invariants::Invariants::load(&source, &loaded.policy) { Ok(i)=>i, Err(e)=>{ for d in e { println!("{d:?}"); } return } };
        if std::env::var("W").is_ok() {
            let prover = prove::Prover::new(&loaded.policy, &inv);
            for r in prover.everybody() { 
                let w = prover.ways(&r); println!("{:?} {:?}", w.as_ref().map(Vec::len), t.elapsed());
                let mut n = std::collections::BTreeMap::new();
                for w in w.into_iter().flatten() { *n.entry((w.rule(), w.band(), w.outcome())).or_insert(0)+=1; }
                println!("{n:#?}");
            }
            continue;
        }
        let r = dictamen_lab::invariants::verify(&loaded.policy, &inv, dictamen_lab::invariants::Limits { regions: std::env::var("R").ok().and_then(|r| r.parse().ok()).unwrap_or(400), trials: 10000 });
        println!("usual {:?} {:?}", r.usual.outcome, r.usual.characteristics);
        for p in &r.promises { 
            match &p.verdict {
              dictamen_lab::invariants::Verdict::Proved{because,..} => println!("PROVED {} : {because}", p.name),
              dictamen_lab::invariants::Verdict::NotDecided{..} => println!("?????? {} {:?}", p.name, p.verdict),
              dictamen_lab::invariants::Verdict::Refuted{because, example} => { println!("FALSE  {} : {because}", p.name);
                 for a in example.iter().flat_map(|e| &e.applicants) { println!("     {:?} {:?} {:?} {:?} {:?}", a.outcome, a.score, a.amount, a.reasons, a.unusual.iter().map(|n| (n, a.characteristics.get(n))).collect::<Vec<_>>()); } }
            }
        }
        println!("{:?}", t.elapsed());
    }
}
