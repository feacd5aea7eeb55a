#-
* Spin-2 bremsstrahlung l(p) gamma*(q) -> l(p') G(k) off an external current J: sum over spins and polarisations.
*
*   form -d UNIVERSAL -l amplitude.frm > universal.log       lepton + photon, nucleus as in darktarget's docs/spin2.md
*   form -l amplitude.frm > leptons.log                      lepton only, not conserved: full massive sum
*   -d PHOTON                                                instead of J a real photon, averaged (t = 0): gamma l -> l G
*
* Contracted with P P - (1/3) P P for each of the two tensors, with
*   universal: P = -g + (k N + N k) - k k N.N,  N = n/(n.k), n the nucleus at rest ("temporal" polarisations)
*   lepton only: P = -g + k k/M2
* Scalars: A = (p+q)^2-m2, D = m2-(p-k)^2, B = -(k-q)^2 = A-a, a = D+M2-t, t = -q^2; the gauge of J is (p-k).J = 0,
* w = p.J = k.J; ix = N.p, nq = N.q, nn = N.N, JN = N.J, jj = J.J, qJ = q.J. iX is 1/X.
Off statistics;
V p,k,q,J,N,r,pp,v1,v2;
S m,m2,M2,t,A,D,B,a,w,jj,qJ,JN,nn,nq,ix,iA,iB,iD,iM2;
I mu,nu,rho,si;
CF P(symmetric);
G X = (g_(1,pp)+m)*(
  +1/4*(g_(1,mu)*v1(nu)+g_(1,nu)*v1(mu))*(g_(1,p)+g_(1,q)+m)*g_(1,J)*iA
  -1/4*g_(1,J)*(g_(1,p)-g_(1,k)+m)*(g_(1,mu)*v2(nu)+g_(1,nu)*v2(mu))*iD
  -1/2*(g_(1,mu)*J(nu)+g_(1,nu)*J(mu))
#ifdef `UNIVERSAL'
  +iB*(
     q(mu)*r(nu)*g_(1,J) - q(mu)*r.J*g_(1,nu) - J(mu)*r(nu)*g_(1,q) + J(mu)*q.r*g_(1,nu)
    +q(nu)*r(mu)*g_(1,J) - q(nu)*r.J*g_(1,mu) - J(nu)*r(mu)*g_(1,q) + J(nu)*q.r*g_(1,mu)
    -d_(mu,nu)*(q.r*g_(1,J)-r.J*g_(1,q)) )
#endif
 )*(g_(1,p)+m)*(
  +1/4*g_(1,J)*(g_(1,p)+g_(1,q)+m)*(g_(1,rho)*v1(si)+g_(1,si)*v1(rho))*iA
  -1/4*(g_(1,rho)*v2(si)+g_(1,si)*v2(rho))*(g_(1,p)-g_(1,k)+m)*g_(1,J)*iD
  -1/2*(g_(1,rho)*J(si)+g_(1,si)*J(rho))
#ifdef `UNIVERSAL'
  +iB*(
     q(rho)*r(si)*g_(1,J) - q(rho)*r.J*g_(1,si) - J(rho)*r(si)*g_(1,q) + J(rho)*q.r*g_(1,si)
    +q(si)*r(rho)*g_(1,J) - q(si)*r.J*g_(1,rho) - J(si)*r(rho)*g_(1,q) + J(si)*q.r*g_(1,rho)
    -d_(rho,si)*(q.r*g_(1,J)-r.J*g_(1,q)) )
#endif
 )/2;
trace4,1;
.sort
G Y = X*(P(mu,rho)*P(nu,si)-1/3*P(mu,nu)*P(rho,si));
.sort
Drop X;
repeat;
#ifdef `UNIVERSAL'
#ifdef `PHOTON'
id once P(mu?,nu?) = -d_(mu,nu);
#else
id once P(mu?,nu?) = -d_(mu,nu) + k(mu)*N(nu)+N(mu)*k(nu) - k(mu)*k(nu)*nn;
#endif
#else
id once P(mu?,nu?) = -d_(mu,nu) + k(mu)*k(nu)*iM2;
#endif
endrepeat;
.sort
id v1 = 2*p+2*q-k;
id v2 = 2*p-k;
id pp = p+q-k;
id r = k-q;
.sort
#ifdef `PHOTON'
* a real photon: J is its polarisation, summed with -g over two of them and averaged
id J.J = -4;
id J.p?^2 = -p.p;
id J.p?*J.q? = -p.q;
multiply 1/2;
.sort
#endif
id p.p = m2; id k.k = M2; id q.q = -t; id p.q = (A+t)/2; id p.k = (M2+D)/2; id k.q = (M2-t+B)/2;
id N.N = nn; id N.k = 1; id N.p = ix; id N.q = nq; id N.J = JN; id J.J = jj; id p.J = w; id k.J = w; id q.J = qJ;
id m^2 = m2;
.sort
repeat;
id A*iA = 1; id B*iB = 1; id D*iD = 1; id M2*iM2 = 1;
id A*iB = a*iB+1;
id B*iA = 1-a*iA;
endrepeat;
id B = A-a;
id a = D+M2-t;
repeat; id A*iA = 1; id D*iD = 1; id M2*iM2 = 1; endrepeat;
#ifdef `PHOTON'
id t = 0;
#endif
.sort
Format 250;
Print +s Y;
.end
